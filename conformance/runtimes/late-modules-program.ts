/**
 * A program that creates its first storage before it loads any of Node's modules, and prints the values in listeners of a
 * socket and of a port that it creates later.
 */
import type { AddressInfo } from 'node:net';
import { AsyncLocalStorage } from 'throughline';

const storage = new AsyncLocalStorage<string>();
const read = () => String(storage.getStore());
const observed: string[] = [];

const net = await import('node:net');
const server = net.createServer((socket) => socket.end('text'));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
await new Promise<void>((resolve) => {
  const { port } = server.address() as AddressInfo;
  const socket = storage.run('socket', () => net.connect(port, '127.0.0.1'));
  for (const event of ['data', 'close']) socket.on(event, () => observed.push(`${event} ${read()}`));
  socket.on('close', () => resolve());
});
server.close();

await import('node:worker_threads');
const { port1, port2 } = storage.run('channel', () => new MessageChannel());
await new Promise<void>((resolve) => {
  port2.onmessage = () => resolve(void observed.push(`message ${read()}`));
  port1.postMessage('text');
});
port1.close();
port2.close();

const { default: process } = await import('node:process');
process.stdout.write(`${JSON.stringify(observed)}\n`, () => process.exit(0));

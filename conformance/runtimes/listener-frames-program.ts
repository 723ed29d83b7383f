/**
 * A program that prints the values in listeners which the patches could take for others: one listener of a port and of a
 * web worker, and a listener of a class of user code that has the name of a class of `node:http`.
 */
import { AsyncLocalStorage } from 'throughline';

const storage = new AsyncLocalStorage<string>();
const observed: string[] = [];
let resolveNext = () => {};
const next = () => new Promise<void>((resolve) => (resolveNext = resolve));
const listener = () => {
  observed.push(String(storage.getStore()));
  resolveNext();
};

const { port1, port2 } = storage.run('channel', () => new MessageChannel());
port2.addEventListener('message', listener);
port2.start();
port1.postMessage('text');
await next();
port1.close();
port2.close();

const { Worker } = globalThis as unknown as {
  Worker: new (url: string, options: object) => EventTarget & { terminate(): void };
};
const code = "data:application/javascript,postMessage('text')";
const worker = storage.run('worker', () => new Worker(code, { type: 'module' }));
worker.addEventListener('message', listener);
await next();
worker.terminate();

const { EventEmitter } = await import('node:events');
class ClientRequest extends EventEmitter {
  destroy() {}
}
const request = new ClientRequest();
request.on('error', listener);
storage.run('destroyer', () => request.destroy());
storage.run('emitter', () => request.emit('error', new Error('expected')));

const { default: process } = await import('node:process');
process.stdout.write(`${JSON.stringify(observed)}\n`, () => process.exit(0));

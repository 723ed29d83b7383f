/**
 * The program that generates the load for http-server-rate.ts, in its own process:
 * `http-load-program.js <port> <ms of warm-up> <ms of measurement>`. Each socket sends its next request when it has
 * received the response to the last one. The sockets are used directly, because a client must cost less than the server
 * that it measures.
 */
import { connect, type Socket } from 'node:net';

/**
 * The message that this program sends to its parent. `failure` is the status line of a failed response, or an error.
 */
export type LoadReport = { requestsPerSecond: number } | { failure: string };

const SOCKET_COUNT = 32;
const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');

const [port, warmUpMs, ms] = process.argv.slice(2).map(Number);
if (port === undefined || warmUpMs === undefined || ms === undefined) {
  throw new Error('Expected three arguments: the port, the milliseconds of warm-up, the milliseconds of measurement.');
}

let responses = 0;
let hasReported = false;
const sockets = Array.from({ length: SOCKET_COUNT }, () => openSocket(port));

function openSocket(toPort: number): Socket {
  let text = '';
  const socket = connect({ port: toPort, host: '127.0.0.1', noDelay: true });
  socket.on('connect', () => socket.write(REQUEST));
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (!text.endsWith('\r\n\r\nok')) return;
    if (!text.startsWith('HTTP/1.1 200')) report({ failure: text.slice(0, text.indexOf('\r\n')) });
    text = '';
    responses++;
    socket.write(REQUEST);
  });
  socket.on('error', (error) => report({ failure: error.message }));
  return socket;
}

function report(message: LoadReport): void {
  if (hasReported) return;
  hasReported = true;
  for (const socket of sockets) socket.destroy();
  process.send?.(message);
}

// The server's process kills this one after the report. If the server's process dies first, the channel closes.
process.on('disconnect', () => process.exit());

setTimeout(() => {
  const before = responses;
  const start = performance.now();
  setTimeout(() => report({ requestsPerSecond: ((responses - before) / (performance.now() - start)) * 1000 }), ms);
}, warmUpMs);

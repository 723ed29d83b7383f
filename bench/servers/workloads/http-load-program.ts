/**
 * The traffic for http.ts, in a process of its own: `traffic.js <port> <ms of warm-up> <ms that count>`. Each socket
 * sends its next request when it has the answer to the last. Bare sockets, because a client must cost less than the
 * server that it measures.
 */
import { connect, type Socket } from 'node:net';

export type TrafficAnswer = { requestsASecond: number } | { refused: string };

const SOCKETS = 32;
const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');

const [port, warmUpMs, ms] = process.argv.slice(2).map(Number);
if (port === undefined || warmUpMs === undefined || ms === undefined) throw new Error('port, warm-up and time, please');

let answers = 0;
let finished = false;
const sockets = Array.from({ length: SOCKETS }, () => open(port));

function open(toPort: number): Socket {
  let text = '';
  const socket = connect({ port: toPort, host: '127.0.0.1', noDelay: true });
  socket.on('connect', () => socket.write(REQUEST));
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (!text.endsWith('\r\n\r\nok')) return;
    if (!text.startsWith('HTTP/1.1 200')) finish({ refused: text.slice(0, text.indexOf('\r\n')) });
    text = '';
    answers++;
    socket.write(REQUEST);
  });
  socket.on('error', (error) => finish({ refused: error.message }));
  return socket;
}

function finish(answer: TrafficAnswer): void {
  if (finished) return;
  finished = true;
  for (const socket of sockets) socket.destroy();
  process.send?.(answer);
}

// The server's process ends this one when it has the answer. If it is gone, nobody will.
process.on('disconnect', () => process.exit());

setTimeout(() => {
  const before = answers;
  const start = performance.now();
  setTimeout(() => finish({ requestsASecond: ((answers - before) / (performance.now() - start)) * 1000 }), ms);
}, warmUpMs);

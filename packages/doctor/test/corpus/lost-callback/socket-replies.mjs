// expects: lost callback, missing, line 28
/** Requests share a WebSocket. Its replies are passed to the function of the request that they belong to. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (peer) => peer.on('message', (data) => peer.send(String(data))));
await once(server, 'listening');
const socket = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
await once(socket, 'open');
const pending = new Map();
socket.on('message', (data) => {
  const { number, result } = JSON.parse(data);
  pending.get(number)?.(result);
  pending.delete(number);
});
let sent = 0;
function call(method, callback) {
  pending.set(++sent, callback);
  socket.send(JSON.stringify({ number: sent, result: method }));
}

await interleave(requests, async (id) => {
  await new Promise((resolve) => {
    call(`method ${id}`, (result) => {
      const store = requests.getStore();
      resolve({ result, store });
    });
  });
});
socket.close();
await once(socket, 'close');
server.close();

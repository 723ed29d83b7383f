// expects: outlived frame, held, line 14
/** A heartbeat that goes on after its connection was closed. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { untilOutlived } from '../outlived.mjs';

const connections = new AsyncLocalStorage();
const heartbeats = [];
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) => {
  connections.run({ socket }, async () => {
    socket.send('welcome');
    heartbeats.push(setInterval(() => socket.ping(), 1000));
  });
});
await once(server, 'listening');
const clients = Array.from({ length: 3 }, () => new WebSocket(`ws://127.0.0.1:${server.address().port}`));
await Promise.all(clients.map((client) => once(client, 'message')));
for (const client of clients) {
  client.close();
  await once(client, 'close');
}
await untilOutlived(import.meta.url);
for (const heartbeat of heartbeats) clearInterval(heartbeat);
server.close();

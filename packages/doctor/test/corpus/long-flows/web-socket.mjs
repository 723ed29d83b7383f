// expects: none
/** Connections with a heartbeat each, which ends with the connection. The function of the flow ends long before. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { whileOpen } from '../outlived.mjs';

const connections = new AsyncLocalStorage();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) => {
  connections.run({ socket }, async () => {
    const heartbeat = setInterval(() => socket.ping(), 1000);
    socket.on(
      'close',
      AsyncLocalStorage.bind(() => clearInterval(heartbeat)),
    );
    await wait(1);
    socket.send('welcome');
  });
});
await once(server, 'listening');
const clients = Array.from({ length: 3 }, () => new WebSocket(`ws://127.0.0.1:${server.address().port}`));
await Promise.all(clients.map((client) => once(client, 'message')));
await whileOpen();
for (const client of clients) {
  client.close();
  await once(client, 'close');
}
server.close();

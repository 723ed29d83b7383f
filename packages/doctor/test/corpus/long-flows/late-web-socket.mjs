// expects: none
/** Connections that are accepted after a check: nothing links the flow to its connection then. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { whileOpen } from '../outlived.mjs';

const connections = new AsyncLocalStorage();
const sockets = new WebSocketServer({ noServer: true });
const server = createServer();
server.on('upgrade', async (req, connection, head) => {
  await wait(1);
  sockets.handleUpgrade(req, connection, head, (socket) => {
    connections.run({ socket }, async () => {
      const heartbeat = setInterval(() => socket.ping(), 1000);
      socket.on('close', () => clearInterval(heartbeat));
      socket.send('welcome');
    });
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const clients = Array.from({ length: 3 }, () => new WebSocket(`ws://127.0.0.1:${server.address().port}`));
await Promise.all(clients.map((client) => once(client, 'message')));
await whileOpen();
for (const client of clients) {
  client.close();
  await once(client, 'close');
}
server.close();

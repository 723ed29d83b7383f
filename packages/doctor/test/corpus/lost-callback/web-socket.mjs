// expects: lost callback, missing, line 12
/** The messages of a socket come from its connection, not from the scope in which their listener was added. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';

const sessions = new AsyncLocalStorage();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
let count = 0;
server.on('connection', (socket) => {
  sessions.run({ id: count++ }, () => {
    socket.on('message', (data) => {
      socket.send(`${data} ${sessions.getStore()?.id}`);
    });
  });
});
await once(server, 'listening');
const clients = Array.from({ length: 3 }, () => new WebSocket(`ws://127.0.0.1:${server.address().port}`));
await Promise.all(
  clients.map(async (client) => {
    await once(client, 'open');
    client.send('hello');
    await once(client, 'message');
    client.close();
    await once(client, 'close');
  }),
);
server.close();

// expects: empty read, empty, line 12, from line 30
/** Messages of a WebSocket are audited by the code that audits requests. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';

const requests = new AsyncLocalStorage();
const entries = [];
class Audit {
  write(action) {
    const user = requests.getStore()?.user;
    entries.push({ action, user });
  }
}
const audit = new Audit();
const server = createServer((request, response) => {
  requests.run({ user: request.url }, () => {
    audit.write('request');
    response.end();
  });
});
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => {
  socket.on('message', (text) => {
    audit.write(String(text));
    socket.close();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `127.0.0.1:${server.address().port}`;
await fetch(`http://${address}/ada`);
const client = new WebSocket(`ws://${address}/`);
client.on('open', () => client.send('message'));
await once(client, 'close');
sockets.close();
server.closeAllConnections();
server.close();

// expects: empty read, empty, line 12, from line 16
/** A listener of the module is called by the connections of a server. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import net from 'node:net';

const sessions = new AsyncLocalStorage();
function onConnection(socket) {
  socket.on('data', onData);
}
function onData(data) {
  const store = sessions.getStore();
  this.end(`${data} ${store}`);
}
sessions.run(1, () => sessions.getStore());
const server = net.createServer(onConnection).listen(0, '127.0.0.1');
await once(server, 'listening');
const client = net.connect(server.address().port, '127.0.0.1');
client.write('hello');
client.resume();
await once(client, 'close');
server.close();

// expects: outlived frame, held, line 11
/** A client socket that a request opens and leaves open, with the class of Throughline. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { AsyncLocalStorage } from 'throughline';
import { interleave } from '../flows.mjs';
import { untilOutlived } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const sockets = [];
const open = () => connect(server.address().port, '127.0.0.1');
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
await interleave(requests, async () => {
  const socket = open();
  sockets.push(socket);
  await once(socket, 'connect');
});
await untilOutlived(import.meta.url);
for (const socket of sockets) socket.destroy();
server.close();

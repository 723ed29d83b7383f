// expects: none
/** The scope of a whole program, whose start has ended, with a server and timers that last as long as the process. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { whileOpen } from '../outlived.mjs';
import { request } from '../requests.mjs';

const application = new AsyncLocalStorage();
const requests = new AsyncLocalStorage();
let count = 0;
async function start() {
  const timer = setInterval(() => application.getStore(), 1000);
  const server = createServer((_, res) => {
    requests.run({ id: ++count }, () => res.end(JSON.stringify(application.getStore())));
  });
  server.on('close', () => clearInterval(timer));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
const server = await application.run({ name: 'shop' }, start);
await whileOpen();
await request(server, 3, ({ name }) => name === 'shop');

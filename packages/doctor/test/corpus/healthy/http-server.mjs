// expects: none
/** A server of node:http: the scope is opened after the body was read, so no listener of the request is in it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from '../requests.mjs';

const requests = new AsyncLocalStorage();
let count = 0;
async function handle(body) {
  const { id } = requests.getStore();
  const later = new Promise((resolve) => setTimeout(() => resolve(requests.getStore().id), 1));
  await wait(1);
  return { isSame: (await later) === id, length: body.length };
}
const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    requests.run({ id: ++count }, async () => {
      const result = await handle(Buffer.concat(chunks));
      res.on('finish', () => requests.getStore());
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(result));
    });
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
await request(server, 20, (body) => body.isSame && body.length === 14);

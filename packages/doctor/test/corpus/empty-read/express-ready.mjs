// expects: empty read, empty, line 10, from line 22
/** A server of Express warms its cache when it listens, with the function that its handlers use. */
import { AsyncLocalStorage } from 'node:async_hooks';
import express from 'express';

const requests = new AsyncLocalStorage();
const cache = new Map();
async function settingsOf(name) {
  await null;
  const tenant = requests.getStore()?.tenant ?? 'default';
  cache.set(`${tenant} ${name}`, name);
  return cache.get(`${tenant} ${name}`);
}
const app = express();
app.use((request, _, next) => requests.run({ tenant: request.query.tenant }, next));
app.get('/', async (_, response) => {
  response.send(await settingsOf('theme'));
});
async function warm() {
  await settingsOf('theme');
}
const server = app.listen(0, '127.0.0.1', warm);
await new Promise((resolve) => server.once('listening', resolve));
await fetch(`http://127.0.0.1:${server.address().port}/?tenant=a`);
server.closeAllConnections();
server.close();

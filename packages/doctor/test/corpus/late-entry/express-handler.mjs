// expects: late entry, missing, line 13
/** A handler of Express opens a transaction in a helper. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';

const requests = new AsyncLocalStorage();
const transactions = new AsyncLocalStorage();
const database = {
  count: 0,
  async begin() {
    await wait(1);
    transactions.enterWith(++this.count);
  },
  async query(sql) {
    return `${sql} in ${transactions.getStore()}`;
  },
};
const app = express();
app.use((request, _, next) => requests.run(request.url, next));
app.get('/', async (_, response) => {
  await database.begin();
  response.send(await database.query('select 1'));
});
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
const url = `http://127.0.0.1:${server.address().port}/`;
await Promise.all([1, 2, 3].map(() => fetch(url).then((response) => response.text())));
server.closeAllConnections();
server.close();

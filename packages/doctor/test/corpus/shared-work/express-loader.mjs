// expects: shared work, another, line 13
/** An Express application with a loader of the module. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import DataLoader from 'dataloader';
import express from 'express';
import { request } from '../requests.mjs';

const requests = new AsyncLocalStorage();
let count = 0;
const select = async (ids) => {
  const { id: viewer } = requests.getStore();
  await wait(1);
  return ids.map((id) => ({ id, viewer }));
};
let dispatch;
const rows = new DataLoader(select, {
  cache: false,
  batchScheduleFn: (run) => {
    dispatch = run;
  },
});
const app = express();
app.use((_, __, next) => requests.run({ id: ++count }, next));
app.post('/', async (_, res) => {
  const { id } = requests.getStore();
  const row = rows.load(id);
  // Every fifth request sends the batch.
  if (id % 5 === 0) dispatch();
  res.json(await row);
});
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
await request(server, 10, (body) => body.id > 0);

// expects: none
/** A server in a scope of the whole program, whose requests open scopes of their own. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import { request } from '../requests.mjs';

const programs = new AsyncLocalStorage();
const requests = new AsyncLocalStorage();
let count = 0;
await programs.run({ name: 'server' }, async () => {
  const statistics = { read: () => `${programs.getStore().name} ${count} ${requests.getStore()?.id}` };
  const timer = setInterval(() => statistics.read(), 1);
  const app = express();
  app.use(express.json());
  app.use((_, __, next) => requests.run({ id: ++count }, next));
  app.post('/', async (_, response) => {
    const { id } = requests.getStore();
    await wait(2);
    response.on('finish', () => statistics.read());
    response.json({ isSame: requests.getStore().id === id });
  });
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  await request(server, 10, (body) => body.isSame);
  clearInterval(timer);
});

// expects: none
/** A middleware of Express enters the user after an await, and calls the next one from there. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import { request } from '../requests.mjs';

const users = new AsyncLocalStorage();
let count = 0;
const app = express();
app.use(express.json());
app.use(async (_, __, next) => {
  await wait(1);
  users.enterWith({ name: `user ${++count}` });
  next();
});
app.post('/', async (_, response) => {
  const user = users.getStore();
  await wait(2);
  const rows = [1, 2].map((row) => `${row} of ${users.getStore().name}`);
  setImmediate(() => response.json({ isSame: user === users.getStore(), rows }));
});
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
await request(server, 10, ({ isSame }) => isSame);

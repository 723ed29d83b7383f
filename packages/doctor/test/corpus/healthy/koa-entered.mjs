// expects: none
/** A middleware of Koa enters the request at once, and listens for the end of the response in the same function. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import Koa from 'koa';
import { request } from '../requests.mjs';

const requests = new AsyncLocalStorage();
const finished = [];
let count = 0;
const app = new Koa();
app.use(async (context, next) => {
  const id = ++count;
  requests.enterWith({ id });
  context.res.once('finish', () => finished.push(requests.getStore()?.id === id));
  await next();
});
app.use(async (context) => {
  const { id } = requests.getStore();
  await wait(1);
  const isSame = await Promise.all([1, 2].map(async () => requests.getStore().id === id));
  context.body = { isSame: isSame.every(Boolean) };
});
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
await request(server, 10, ({ isSame }) => isSame);
if (finished.includes(false)) throw new Error('another flow');

// expects: none
/** Koa with nested storages, an error handler and a memoised helper that the first request creates. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import Koa from 'koa';
import { request } from '../requests.mjs';

const requests = new AsyncLocalStorage();
const users = new AsyncLocalStorage();
let count = 0;
let greet;
const app = new Koa();
app.use(async (context, next) => {
  await requests.run({ id: ++count }, next);
  context.set('x-id', String(count));
});
app.use(async (_, next) => {
  await wait(1);
  await users.run(`user ${requests.getStore().id}`, next);
});
app.use(async (context) => {
  // Made by the first request, and called by all: it means the flow of its caller.
  greet ??= () => `Hello ${users.getStore()}`;
  await wait(1);
  context.body = { text: greet(), id: requests.getStore().id };
});
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
await request(server, 20, (body) => body.text === `Hello user ${body.id}`);

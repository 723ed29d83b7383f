// expects: late entry, missing, line 11
/** A middleware of Koa awaits a function that enters the user, and then calls the next middleware. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import Koa from 'koa';

const requests = new AsyncLocalStorage();
const users = new AsyncLocalStorage();
async function loadUser(context) {
  await wait(1);
  users.enterWith(context.query.user);
}
const app = new Koa();
app.use((context, next) => requests.run(context.url, next));
app.use(async (context, next) => {
  await loadUser(context);
  await next();
});
app.use(async (context) => {
  await wait(1);
  context.body = `Hello ${users.getStore()}`;
});
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
const url = `http://127.0.0.1:${server.address().port}/`;
await Promise.all([1, 2, 3].map((id) => fetch(`${url}?user=${id}`).then((response) => response.text())));
server.closeAllConnections();
server.close();

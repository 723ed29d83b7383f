// expects: none
/** Hono on Node, with AsyncContext of Throughline. */
import { setTimeout as wait } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { AsyncContext, AsyncLocalStorage } from 'throughline';
import { request } from '../requests.mjs';

const requests = new AsyncContext.Variable({ name: 'requests' });
const users = new AsyncLocalStorage({ name: 'users' });
let count = 0;
const app = new Hono();
app.use((_, next) => requests.run(++count, next));
app.use(async (_, next) => {
  await wait(1);
  await users.run(`user ${requests.get()}`, next);
});
app.post('/', async (context) => {
  const { list } = await context.req.json();
  const later = AsyncContext.Snapshot.wrap(() => requests.get());
  const snapshot = new AsyncContext.Snapshot();
  const readLater = async () => {
    await wait(1);
    return requests.get();
  };
  const ids = await Promise.all(list.map(readLater));
  return context.json({ ids, user: users.getStore(), later: later(), again: snapshot.run(() => requests.get()) });
});
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
await new Promise((resolve) => server.once('listening', resolve));
await request(server, 20, (body) =>
  [...body.ids, body.again].every((id) => id === body.later && body.user === `user ${id}`),
);

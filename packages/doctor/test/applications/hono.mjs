/** Hono on Node with sessions, uploads and all databases. */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { newRequest, requests, work } from './services.mjs';
import { sessionStore } from './session-store.mjs';

const [getSession, setSession] = [promisify(sessionStore.get), promisify(sessionStore.set)];
const app = new Hono();
app.use((_, next) => requests.run(newRequest(), next));
app.use(async (context, next) => {
  const id = getCookie(context, 'session') ?? randomUUID();
  const session = (await getSession(id)) ?? {};
  context.set('session', session);
  setCookie(context, 'session', id);
  await next();
  await setSession(id, session);
});
app.post('/', async (context) => {
  const { id } = requests.getStore();
  const session = context.get('session');
  session.visits = (session.visits ?? 0) + 1;
  const { file } = await context.req.parseBody();
  const result = await work(file.size);
  return context.json({ ...result, visits: session.visits, isSame: requests.getStore().id === id });
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send(port));

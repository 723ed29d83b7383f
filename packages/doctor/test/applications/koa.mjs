/** Koa with sessions, uploads and all databases. */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import multer from '@koa/multer';
import Router from '@koa/router';
import Koa from 'koa';
import { newRequest, requests, work } from './services.mjs';
import { sessionStore } from './session-store.mjs';

const [getSession, setSession] = [promisify(sessionStore.get), promisify(sessionStore.set)];
const app = new Koa();
app.use((_, next) => requests.run(newRequest(), next));
app.use(async (context, next) => {
  const id = context.cookies.get('session') ?? randomUUID();
  context.session = (await getSession(id)) ?? {};
  context.cookies.set('session', id);
  await next();
  await setSession(id, context.session);
});
const router = new Router();
router.post('/', multer().single('file'), async (context) => {
  const { id } = requests.getStore();
  context.session.visits = (context.session.visits ?? 0) + 1;
  const result = await work(context.file.size);
  context.body = { ...result, visits: context.session.visits, isSame: requests.getStore().id === id };
});
app.use(router.routes());
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port));

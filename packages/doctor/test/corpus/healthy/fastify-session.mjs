// expects: none
/** Fastify with hooks, a session and a decorated reply. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import fastify from 'fastify';
import { request } from '../requests.mjs';

const requests = new AsyncLocalStorage();
let count = 0;
const app = fastify();
app.addHook('onRequest', (_, __, done) => requests.run({ id: ++count }, done));
app.register(fastifyCookie);
app.register(fastifySession, { secret: 's'.repeat(32), cookie: { secure: false } });
app.addHook('preHandler', async (req) => {
  await wait(1);
  req.session.set('id', requests.getStore()?.id);
});
app.addHook('onSend', (_, reply, payload, done) => {
  reply.header('x-id', requests.getStore()?.id);
  done(null, payload);
});
app.post('/', async (req) => {
  const store = requests.getStore();
  const double = async (x) => {
    await wait(1);
    return requests.getStore() === store ? x * 2 : -1;
  };
  const doubled = await Promise.all(req.body.list.map(double));
  return { isSame: req.session.get('id') === store?.id, doubled };
});
await app.listen({ port: 0, host: '127.0.0.1' });
await request(app.server, 20, (body) => body.isSame && body.doubled.join() === '2,4');

/** Fastify with sessions, uploads and all databases. */
import fastifyCookie from '@fastify/cookie';
import fastifyMultipart from '@fastify/multipart';
import fastifySession from '@fastify/session';
import fastify from 'fastify';
import { newRequest, requests, work } from './services.mjs';
import { sessionStore } from './session-store.mjs';

const app = fastify();
app.addHook('onRequest', (_, __, done) => requests.run(newRequest(), done));
app.register(fastifyCookie);
app.register(fastifyMultipart);
app.register(fastifySession, { secret: 's'.repeat(32), cookie: { secure: false }, store: sessionStore });
app.addHook('onSend', (_, reply, payload, done) => {
  reply.header('x-id', requests.getStore().id);
  done(null, payload);
});
app.addHook('onResponse', async () => requests.getStore());
app.post('/', async (req) => {
  const { id } = requests.getStore();
  const visits = (req.session.get('visits') ?? 0) + 1;
  req.session.set('visits', visits);
  const file = await req.file();
  const result = await work((await file.toBuffer()).length);
  return { ...result, visits, isSame: requests.getStore().id === id };
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.send(app.server.address().port);

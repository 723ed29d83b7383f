import { fastifyRequestContext, requestContext } from '@fastify/request-context';
import Fastify from 'fastify';
import { loadCart } from './cart.js';

const app = Fastify();
await app.register(fastifyRequestContext);
app.addHook('onRequest', async (request) => {
  requestContext.set('user', { name: request.headers['x-user'] });
});
app.addHook('preHandler', (request, _reply, done) => {
  request.requestContext.set('role', `role of ${requestContext.get('user').name}`);
  setTimeout(done, Math.random() * 10);
});
app.get('/', async () => {
  const cart = await loadCart();
  return `${cart}\n${requestContext.get('role')}\n${requestContext.get('missing')}\n`;
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);

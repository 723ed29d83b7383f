import { fastifyRequestContext, requestContext } from '@fastify/request-context';
import fastify from 'fastify';
import { readFlow, runWith } from './flow.js';

const app = fastify();
app.register(fastifyRequestContext, {
  defaultStoreValues: (request) => ({ id: request.headers['x-request-id'] }),
});
app.addHook('preHandler', (request, _reply, next) => runWith(request.headers['x-request-id'], next));
app.route({
  method: ['GET', 'POST'],
  url: '/flow',
  handler: (request) => readFlow('handler', request.headers['x-request-id'], () => requestContext.get('id')),
});
app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });

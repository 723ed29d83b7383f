import { Readable } from 'node:stream';
import { fastifyRequestContext, requestContext } from '@fastify/request-context';
import { requestScope } from '@throughline/request/fastify';
import fastify from 'fastify';
import { lightInScope, scopeOptions } from '../subjects/lookup-in-scope.js';
import { type Context, lightByHand, lightIn, newId } from '../subjects/lookup-route.js';
import { answerOf, enter, walk, watchEnd } from '../subjects/soak-checks.js';
import { type Serve, TICKET_HEADER, USER_HEADER } from './server-contract.js';

declare module '@fastify/request-context' {
  interface RequestContextData {
    id: string;
    user: string;
  }
}

const PEER: Context = {
  id: () => requestContext.get('id'),
  user: () => requestContext.get('user'),
};

export const serve: Serve = async (variant) => {
  const app = fastify();
  if (variant === 'bare') {
    app.get('/light', (request) => lightByHand(newId(), `${request.headers[USER_HEADER]}`));
  } else if (variant === 'peer') {
    await app.register(fastifyRequestContext);
    app.get('/light', (request) => {
      const user = `${request.headers[USER_HEADER]}`;
      requestContext.set('id', request.id);
      requestContext.set('user', user);
      return lightIn(PEER, user);
    });
  } else {
    await app.register(requestScope, scopeOptions(variant));
    app.get('/light', (request) => lightInScope(variant, `${request.headers[USER_HEADER]}`));
    if (variant === 'soak') {
      app.addHook('onRequest', (request, reply, done) => {
        const ticket = `${request.headers[TICKET_HEADER]}`;
        enter(ticket);
        watchEnd(reply.raw, ticket);
        done();
      });
      app.post('/soak', async (request, reply) => {
        const ticket = `${request.headers[TICKET_HEADER]}`;
        await walk(ticket, request.body);
        return reply.type('application/json').send(Readable.from(answerOf(ticket)));
      });
    }
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
};

import { Readable } from 'node:stream';
import { fastifyRequestContext, requestContext } from '@fastify/request-context';
import { requestScope } from '@throughline/request/fastify';
import fastify from 'fastify';
import { lookUpInScope, scopeOptionsFor } from '../subjects/lookup-in-scope.js';
import { lookUpInContext, lookUpWithArguments, nextRequestId, type RequestContext } from '../subjects/lookup-route.js';
import { callBackFromLoop } from '../subjects/shared-loop.js';
import {
  checkErrorHandler,
  checkResponseEvents,
  enterSoakRequest,
  runSoakSteps,
  soakResponseParts,
} from '../subjects/soak-checks.js';
import { SOAK_KEY_HEADER, type StartServer, USER_HEADER } from './server-contract.js';

declare module '@fastify/request-context' {
  interface RequestContextData {
    id: string;
    user: string;
  }
}

const PEER_CONTEXT: RequestContext = {
  id: () => requestContext.get('id'),
  user: () => requestContext.get('user'),
};

export const startServer: StartServer = async (variant) => {
  const app = fastify();
  if (variant === 'bare') {
    app.get('/lookup', (request) => lookUpWithArguments(nextRequestId(), `${request.headers[USER_HEADER]}`));
  } else if (variant === 'peer') {
    await app.register(fastifyRequestContext);
    app.get('/lookup', (request) => {
      const user = `${request.headers[USER_HEADER]}`;
      requestContext.set('id', request.id);
      requestContext.set('user', user);
      return lookUpInContext(PEER_CONTEXT, user);
    });
  } else {
    await app.register(requestScope, scopeOptionsFor(variant));
    app.get('/lookup', (request) => lookUpInScope(variant, `${request.headers[USER_HEADER]}`));
    if (variant === 'soak') {
      app.addHook('onRequest', (request, reply, done) => {
        const key = `${request.headers[SOAK_KEY_HEADER]}`;
        enterSoakRequest(key);
        checkResponseEvents(reply.raw, key);
        callBackFromLoop(() => done());
      });
      app.addHook('preHandler', (_request, _reply, done) => callBackFromLoop(() => done()));
      app.setErrorHandler((_error, request, reply) => {
        checkErrorHandler(`${request.headers[SOAK_KEY_HEADER]}`);
        return reply.code(500).send('failed');
      });
      app.post('/soak', async (request, reply) => {
        const key = `${request.headers[SOAK_KEY_HEADER]}`;
        await runSoakSteps(key, request.body);
        return reply.type('application/json').send(Readable.from(soakResponseParts(key)));
      });
    }
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
};

import { once } from 'node:events';
import { Server } from 'node:http';
import { type HttpBindings, serve } from '@hono/node-server';
import { requestScope } from '@throughline/request/hono';
import { Hono } from 'hono';
import { contextStorage, getContext } from 'hono/context-storage';
import { stream } from 'hono/streaming';
import { lookUpInScope, scopeOptionsFor } from '../subjects/lookup-in-scope.js';
import { lookUpInContext, lookUpWithArguments, nextRequestId, type RequestContext } from '../subjects/lookup-route.js';
import { continueFromLoop } from '../subjects/shared-loop.js';
import {
  checkErrorHandler,
  checkResponseEvents,
  enterSoakRequest,
  runSoakSteps,
  soakResponseParts,
} from '../subjects/soak-checks.js';
import { SOAK_KEY_HEADER, type StartServer, USER_HEADER } from './server-contract.js';

interface Env {
  Bindings: HttpBindings;
  Variables: { id: string; user: string };
}

const PEER_CONTEXT: RequestContext = {
  id: () => getContext<Env>().get('id'),
  user: () => getContext<Env>().get('user'),
};

export const startServer: StartServer = async (variant) => {
  const app = new Hono<Env>();
  if (variant === 'bare') {
    app.get('/lookup', async (context) =>
      context.json(await lookUpWithArguments(nextRequestId(), `${context.req.header(USER_HEADER)}`)),
    );
  } else if (variant === 'peer') {
    app.use(contextStorage());
    app.get('/lookup', async (context) => {
      const user = `${context.req.header(USER_HEADER)}`;
      context.set('id', nextRequestId());
      context.set('user', user);
      return context.json(await lookUpInContext(PEER_CONTEXT, user));
    });
  } else {
    app.use(requestScope(scopeOptionsFor(variant)));
    app.get('/lookup', async (context) =>
      context.json(await lookUpInScope(variant, `${context.req.header(USER_HEADER)}`)),
    );
    app.use('/soak', async (context, next) => {
      const key = `${context.req.header(SOAK_KEY_HEADER)}`;
      enterSoakRequest(key);
      checkResponseEvents(context.env.outgoing, key);
      await continueFromLoop(next);
    });
    app.onError((_error, context) => {
      checkErrorHandler(`${context.req.header(SOAK_KEY_HEADER)}`);
      return context.text('failed', 500);
    });
    app.post('/soak', async (context) => {
      const key = `${context.req.header(SOAK_KEY_HEADER)}`;
      await runSoakSteps(key, await context.req.json());
      context.header('content-type', 'application/json');
      return stream(context, async (body) => {
        for await (const part of soakResponseParts(key)) await body.write(part);
      });
    });
  }
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  if (!(server instanceof Server)) throw new Error('Expected a server of node:http.');
  if (!server.listening) await once(server, 'listening');
  return server;
};

import { once } from 'node:events';
import { Server } from 'node:http';
import { type HttpBindings, serve as serveOnNode } from '@hono/node-server';
import { requestScope } from '@throughline/request/hono';
import { Hono } from 'hono';
import { contextStorage, getContext } from 'hono/context-storage';
import { stream } from 'hono/streaming';
import { lightInScope, scopeOptions } from '../subjects/lookup-in-scope.js';
import { type Context, lightByHand, lightIn, newId } from '../subjects/lookup-route.js';
import { answerOf, enter, walk, watchEnd } from '../subjects/soak-checks.js';
import { type Serve, TICKET_HEADER, USER_HEADER } from './server-contract.js';

interface Env {
  Bindings: HttpBindings;
  Variables: { id: string; user: string };
}

const PEER: Context = {
  id: () => getContext<Env>().get('id'),
  user: () => getContext<Env>().get('user'),
};

export const serve: Serve = async (variant) => {
  const app = new Hono<Env>();
  if (variant === 'bare') {
    app.get('/light', async (context) =>
      context.json(await lightByHand(newId(), `${context.req.header(USER_HEADER)}`)),
    );
  } else if (variant === 'peer') {
    app.use(contextStorage());
    app.get('/light', async (context) => {
      const user = `${context.req.header(USER_HEADER)}`;
      context.set('id', newId());
      context.set('user', user);
      return context.json(await lightIn(PEER, user));
    });
  } else {
    app.use(requestScope(scopeOptions(variant)));
    app.get('/light', async (context) =>
      context.json(await lightInScope(variant, `${context.req.header(USER_HEADER)}`)),
    );
    app.post('/soak', async (context) => {
      const ticket = `${context.req.header(TICKET_HEADER)}`;
      enter(ticket);
      watchEnd(context.env.outgoing, ticket);
      await walk(ticket, await context.req.json());
      context.header('content-type', 'application/json');
      return stream(context, async (body) => {
        for await (const part of answerOf(ticket)) await body.write(part);
      });
    });
  }
  const server = serveOnNode({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  if (!(server instanceof Server)) throw new Error('expected a server of node:http');
  if (!server.listening) await once(server, 'listening');
  return server;
};

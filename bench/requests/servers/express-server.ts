import { createServer } from 'node:http';
import { requestScope } from '@throughline/request/express';
import express from 'express';
import httpContext from 'express-http-context';
import { lightInScope, scopeOptions } from '../subjects/lookup-in-scope.js';
import { type Context, lightByHand, lightIn, newId } from '../subjects/lookup-route.js';
import { answerOf, enter, walk, watchEnd } from '../subjects/soak-checks.js';
import { listening, type Serve, TICKET_HEADER, USER_HEADER } from './server-contract.js';

const PEER: Context = {
  id: () => httpContext.get('id'),
  user: () => httpContext.get('user'),
};

export const serve: Serve = (variant) => {
  const app = express();
  if (variant === 'bare') {
    app.get('/light', async (request, response) => {
      response.json(await lightByHand(newId(), `${request.get(USER_HEADER)}`));
    });
  } else if (variant === 'peer') {
    app.use(httpContext.middleware);
    app.get('/light', async (request, response) => {
      const user = `${request.get(USER_HEADER)}`;
      httpContext.set('id', newId());
      httpContext.set('user', user);
      response.json(await lightIn(PEER, user));
    });
  } else {
    app.use(requestScope(scopeOptions(variant)));
    app.get('/light', async (request, response) => {
      response.json(await lightInScope(variant, `${request.get(USER_HEADER)}`));
    });
    app.use((request, response, next) => {
      const ticket = `${request.get(TICKET_HEADER)}`;
      enter(ticket);
      watchEnd(response, ticket);
      next();
    });
    app.post('/soak', express.json(), async (request, response) => {
      const ticket = `${request.get(TICKET_HEADER)}`;
      await walk(ticket, request.body);
      response.type('json');
      for await (const part of answerOf(ticket)) response.write(part);
      response.end();
    });
  }
  return listening(createServer(app));
};

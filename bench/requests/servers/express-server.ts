import { createServer } from 'node:http';
import { requestScope } from '@throughline/request/express';
import express, { type ErrorRequestHandler } from 'express';
import httpContext from 'express-http-context';
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
import { listenOnFreePort, SOAK_KEY_HEADER, type StartServer, USER_HEADER } from './server-contract.js';

const PEER_CONTEXT: RequestContext = {
  id: () => httpContext.get('id'),
  user: () => httpContext.get('user'),
};

export const startServer: StartServer = (variant) => {
  const app = express();
  if (variant === 'bare') {
    app.get('/lookup', async (request, response) => {
      response.json(await lookUpWithArguments(nextRequestId(), `${request.get(USER_HEADER)}`));
    });
  } else if (variant === 'peer') {
    app.use(httpContext.middleware);
    app.get('/lookup', async (request, response) => {
      const user = `${request.get(USER_HEADER)}`;
      httpContext.set('id', nextRequestId());
      httpContext.set('user', user);
      response.json(await lookUpInContext(PEER_CONTEXT, user));
    });
  } else {
    app.use(requestScope(scopeOptionsFor(variant)));
    app.get('/lookup', async (request, response) => {
      response.json(await lookUpInScope(variant, `${request.get(USER_HEADER)}`));
    });
    app.use((request, response, next) => {
      const key = `${request.get(SOAK_KEY_HEADER)}`;
      enterSoakRequest(key);
      checkResponseEvents(response, key);
      callBackFromLoop(() => next());
    });
    app.post('/soak', express.json(), async (request, response) => {
      const key = `${request.get(SOAK_KEY_HEADER)}`;
      await runSoakSteps(key, request.body);
      response.type('json');
      for await (const part of soakResponseParts(key)) response.write(part);
      response.end();
    });
    const handleError: ErrorRequestHandler = (_error, request, response, _next) => {
      checkErrorHandler(`${request.get(SOAK_KEY_HEADER)}`);
      response.status(500).end();
    };
    app.use(handleError);
  }
  return listenOnFreePort(createServer(app));
};

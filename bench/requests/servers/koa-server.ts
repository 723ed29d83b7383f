import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { requestScope } from '@throughline/request/koa';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { lookUpInScope, scopeOptionsFor } from '../subjects/lookup-in-scope.js';
import { lookUpWithArguments, nextRequestId } from '../subjects/lookup-route.js';
import { continueFromLoop } from '../subjects/shared-loop.js';
import {
  checkErrorHandler,
  checkResponseEvents,
  enterSoakRequest,
  runSoakSteps,
  soakResponseParts,
} from '../subjects/soak-checks.js';
import { listenOnFreePort, SOAK_KEY_HEADER, type StartServer, USER_HEADER } from './server-contract.js';

export const startServer: StartServer = (variant) => {
  const app = new Koa();
  if (variant !== 'bare') app.use(requestScope(scopeOptionsFor(variant)));
  if (variant === 'soak') {
    app.use(async (context, next) => {
      const key = context.get(SOAK_KEY_HEADER);
      enterSoakRequest(key);
      checkResponseEvents(context.res, key);
      await next();
    });
    app.use((_context, next) => continueFromLoop(next));
    app.on('error', (_error, context) => checkErrorHandler(context.get(SOAK_KEY_HEADER)));
    app.use(bodyParser());
    app.use(async (context) => {
      const key = context.get(SOAK_KEY_HEADER);
      await runSoakSteps(key, context.request.body);
      context.type = 'json';
      context.body = Readable.from(soakResponseParts(key));
    });
  } else {
    app.use(async (context) => {
      const user = context.get(USER_HEADER);
      context.body = await (variant === 'bare'
        ? lookUpWithArguments(nextRequestId(), user)
        : lookUpInScope(variant, user));
    });
  }
  return listenOnFreePort(createServer(app.callback()));
};

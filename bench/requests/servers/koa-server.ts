import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { requestScope } from '@throughline/request/koa';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { lightInScope, scopeOptions } from '../subjects/lookup-in-scope.js';
import { lightByHand, newId } from '../subjects/lookup-route.js';
import { answerOf, enter, walk, watchEnd } from '../subjects/soak-checks.js';
import { listening, type Serve, TICKET_HEADER, USER_HEADER } from './server-contract.js';

export const serve: Serve = (variant) => {
  const app = new Koa();
  if (variant !== 'bare') app.use(requestScope(scopeOptions(variant)));
  if (variant === 'soak') {
    app.use(async (context, next) => {
      const ticket = context.get(TICKET_HEADER);
      enter(ticket);
      watchEnd(context.res, ticket);
      await next();
    });
    app.use(bodyParser());
    app.use(async (context) => {
      const ticket = context.get(TICKET_HEADER);
      await walk(ticket, context.request.body);
      context.type = 'json';
      context.body = Readable.from(answerOf(ticket));
    });
  } else {
    app.use(async (context) => {
      const user = context.get(USER_HEADER);
      context.body = await (variant === 'bare' ? lightByHand(newId(), user) : lightInScope(variant, user));
    });
  }
  return listening(createServer(app.callback()));
};

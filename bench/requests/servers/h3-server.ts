import { createServer } from 'node:http';
import { requestScope } from '@throughline/request/h3';
import { H3, type H3Event, readBody, toNodeHandler } from 'h3';
import { lightInScope, scopeOptions } from '../subjects/lookup-in-scope.js';
import { lightByHand, newId } from '../subjects/lookup-route.js';
import { answerOf, enter, walk, watchEnd } from '../subjects/soak-checks.js';
import { listening, type Serve, TICKET_HEADER, USER_HEADER } from './server-contract.js';

export const serve: Serve = (variant) => {
  const app = new H3();
  if (variant === 'bare') {
    app.get('/light', (event) => lightByHand(newId(), `${event.req.headers.get(USER_HEADER)}`));
  } else {
    app.use(requestScope(scopeOptions(variant)));
    app.get('/light', (event) => lightInScope(variant, `${event.req.headers.get(USER_HEADER)}`));
    app.post('/soak', soak);
  }
  return listening(createServer(toNodeHandler(app)));
};

async function soak(event: H3Event): Promise<ReadableStream<Uint8Array>> {
  const ticket = `${event.req.headers.get(TICKET_HEADER)}`;
  enter(ticket);
  const response = event.runtime?.node?.res;
  if (response === undefined) throw new Error('expected an answer of Node');
  watchEnd(response, ticket);
  await walk(ticket, await readBody(event));
  event.res.headers.set('content-type', 'application/json');
  const parts = answerOf(ticket);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

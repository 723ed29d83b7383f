import { createServer } from 'node:http';
import { requestScope } from '@throughline/request/h3';
import { H3, type H3Event, readBody, toNodeHandler } from 'h3';
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
  const app = new H3(variant === 'soak' ? { silent: true, onError: checkError } : {});
  if (variant === 'bare') {
    app.get('/lookup', (event) => lookUpWithArguments(nextRequestId(), `${event.req.headers.get(USER_HEADER)}`));
  } else {
    app.use(requestScope(scopeOptionsFor(variant)));
    app.get('/lookup', (event) => lookUpInScope(variant, `${event.req.headers.get(USER_HEADER)}`));
    app.use('/soak', enterSoak);
    app.post('/soak', soak);
  }
  return listenOnFreePort(createServer(toNodeHandler(app)));
};

function checkError(_error: unknown, event: H3Event): void {
  checkErrorHandler(`${event.req.headers.get(SOAK_KEY_HEADER)}`);
}

function enterSoak(event: H3Event, next: () => unknown): unknown {
  const key = `${event.req.headers.get(SOAK_KEY_HEADER)}`;
  enterSoakRequest(key);
  const response = event.runtime?.node?.res;
  if (response === undefined) throw new Error('Expected the event to have a response of Node.');
  checkResponseEvents(response, key);
  return continueFromLoop(next);
}

async function soak(event: H3Event): Promise<ReadableStream<Uint8Array>> {
  const key = `${event.req.headers.get(SOAK_KEY_HEADER)}`;
  await runSoakSteps(key, await readBody(event));
  event.res.headers.set('content-type', 'application/json');
  const parts = soakResponseParts(key);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

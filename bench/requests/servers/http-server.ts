import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { requestScope } from '@throughline/request/http';
import { lookUpInScope, scopeOptionsFor } from '../subjects/lookup-in-scope.js';
import { type LookupResult, lookUpWithArguments, nextRequestId } from '../subjects/lookup-route.js';
import { continueFromLoop } from '../subjects/shared-loop.js';
import {
  checkContext,
  checkErrorHandler,
  checkResponseEvents,
  enterSoakRequest,
  runSoakSteps,
  soakResponseParts,
} from '../subjects/soak-checks.js';
import { hasSession, type SoakKey } from '../subjects/soak-key.js';
import { listenOnFreePort, SOAK_KEY_HEADER, type StartServer, USER_HEADER } from './server-contract.js';

export const startServer: StartServer = (variant) => {
  const lookup: RequestListener = (request, response) => {
    const user = `${request.headers[USER_HEADER]}`;
    const work = variant === 'bare' ? lookUpWithArguments(nextRequestId(), user) : lookUpInScope(variant, user);
    respondToLookup(response, work);
  };
  if (variant === 'bare') return listenOnFreePort(createServer(lookup));
  if (variant !== 'soak') return listenOnFreePort(createServer(requestScope(lookup, scopeOptionsFor(variant))));
  const soak: RequestListener = (request, response) => {
    const key = `${request.headers[SOAK_KEY_HEADER]}`;
    enterSoakRequest(key);
    checkResponseEvents(response, key);
    // No framework takes a step here. A promise that the loop resolves continues in the scope by itself.
    Promise.all([readBody(request, key), continueFromLoop(() => undefined)])
      .then(([body]) => respondToSoak(response, key, body))
      .catch(() => {
        checkErrorHandler(key);
        response.writeHead(500).end();
      });
  };
  return listenOnFreePort(createServer(requestScope(soak, scopeOptionsFor(variant))));
};

function respondToLookup(response: ServerResponse, work: Promise<LookupResult>): void {
  work.then(
    (result) => {
      const body = JSON.stringify(result);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    },
    (error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    },
  );
}

/** Reads the body with listeners, as body parsers do. */
function readBody(request: IncomingMessage, key: SoakKey): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.on('data', (chunk) => {
      checkContext(key, hasSession(key));
      text += chunk;
    });
    request.on('end', () => {
      checkContext(key, hasSession(key));
      resolve(JSON.parse(text));
    });
    request.on('error', reject);
  });
}

async function respondToSoak(response: ServerResponse, key: SoakKey, body: unknown): Promise<void> {
  await runSoakSteps(key, body);
  response.writeHead(200, { 'content-type': 'application/json' });
  for await (const part of soakResponseParts(key)) response.write(part);
  response.end();
}

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { requestScope } from '@throughline/request/http';
import { lightInScope, scopeOptions } from '../subjects/lookup-in-scope.js';
import { type LightAnswer, lightByHand, newId } from '../subjects/lookup-route.js';
import { answerOf, enter, look, walk, watchEnd } from '../subjects/soak-checks.js';
import { hasSession } from '../subjects/soak-key.js';
import { listening, type Serve, TICKET_HEADER, USER_HEADER } from './server-contract.js';

export const serve: Serve = (variant) => {
  const light: RequestListener = (request, response) => {
    const user = `${request.headers[USER_HEADER]}`;
    const work = variant === 'bare' ? lightByHand(newId(), user) : lightInScope(variant, user);
    answer(response, work);
  };
  if (variant === 'bare') return listening(createServer(light));
  if (variant !== 'soak') return listening(createServer(requestScope(light, scopeOptions(variant))));
  const soak: RequestListener = (request, response) => {
    const ticket = `${request.headers[TICKET_HEADER]}`;
    enter(ticket);
    watchEnd(response, ticket);
    bodyOf(request, ticket)
      .then((body) => soakAnswer(response, ticket, body))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
  return listening(createServer(requestScope(soak, scopeOptions(variant))));
};

function answer(response: ServerResponse, work: Promise<LightAnswer>): void {
  work.then(
    (found) => {
      const body = JSON.stringify(found);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    },
    (error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    },
  );
}

/** By listeners, as parsers do it. */
function bodyOf(request: IncomingMessage, ticket: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.on('data', (chunk) => {
      look(ticket, hasSession(ticket));
      text += chunk;
    });
    request.on('end', () => {
      look(ticket, hasSession(ticket));
      resolve(JSON.parse(text));
    });
    request.on('error', reject);
  });
}

async function soakAnswer(response: ServerResponse, ticket: string, body: unknown): Promise<void> {
  await walk(ticket, body);
  response.writeHead(200, { 'content-type': 'application/json' });
  for await (const part of answerOf(ticket)) response.write(part);
  response.end();
}

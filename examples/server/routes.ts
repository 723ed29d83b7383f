import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { sendBuilt } from './built-pages.js';
import type { Lanes, Witness } from './lanes.js';
import type { LiveEvents } from './live-events.js';
import { newRequestId, requestId } from './request-id.js';
import { isSameOrigin } from './same-origin.js';
import type { Door } from './shop-door.js';
import { sendShopTraffic } from './shop-traffic.js';
import { sendTraffic } from './traffic.js';
import { work } from './work.js';

/** The compiled files are in dist/, the page is beside it. */
const page = new URL('../page/index.html', import.meta.url);

/** How long a step waits at most where people watch. */
const SLOW_MS = 900;

/** How many users the page's button sends, and how many may be on their way for all pages together. */
const USERS = 20;
const MOST_USERS = 200;

/** What the routes need of the server that they belong to. */
export interface Service {
  readonly lanes: Lanes;
  readonly live: LiveEvents;
  readonly port: number;
  /** Undefined where requests have no scope and no session. */
  readonly door: Door | undefined;
  readonly signal: AbortSignal;
  /** How many of the button's users are not answered yet. */
  users: number;
}

/** Finds and runs the route. The id of the request is nowhere among the parameters: it is in storage. */
export async function route(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  witness: Witness,
): Promise<void> {
  if (request.method === 'POST' && !isSameOrigin(request)) {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('Only a page of this server may send this.\n');
    return;
  }
  if (await service.door?.route(request, response)) return;
  switch (`${request.method} ${request.url}`) {
    case 'GET /':
      return showPage(response);
    case 'GET /work':
      return doWork(service, response, witness, 0);
    case 'GET /work?slow':
      return doWork(service, response, witness, SLOW_MS);
    case 'GET /inner':
      return answerInner(response, witness);
    case 'GET /events':
      return service.live.add(response);
    case 'POST /users':
      return sendUsers(service, response);
    default:
      return showBuilt(request, response);
  }
}

async function showPage(response: ServerResponse): Promise<void> {
  const html = await readFile(page);
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:",
  });
  response.end(html);
}

async function showBuilt({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = url.split('?');
  if (method === 'GET' && (await sendBuilt(path, response))) return;
  response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing here. Try /, /shop, /work or /browser/.\n');
}

/** Answers with what each step read. */
async function doWork(
  { port, door }: Service,
  response: ServerResponse,
  witness: Witness,
  pause: number,
): Promise<void> {
  witness.begin();
  try {
    await work({ port, pause, report: witness.saw });
    const user = door?.user();
    sendJson(response, { ...Object.fromEntries(witness.reads), ...(user === undefined ? {} : { user }) });
  } finally {
    witness.end();
  }
}

/** The second route: the first asks it in the middle of its work, and hands on the id in a header. */
async function answerInner(response: ServerResponse, witness: Witness): Promise<void> {
  await setTimeout(1);
  const read = requestId.getStore();
  witness.compare(read);
  response.end(`${read ?? ''}`);
}

/** Sends users for the page: a browser would not open more than six connections at once. */
async function sendUsers(service: Service, response: ServerResponse): Promise<void> {
  if (service.users + USERS > MOST_USERS) {
    response.writeHead(429, { 'content-type': 'text/plain' }).end('Too many users are on their way.\n');
    return;
  }
  service.users += USERS;
  try {
    const { port, signal, door } = service;
    if (door !== undefined) {
      sendJson(
        response,
        await sendShopTraffic({ port, users: USERS, work: '/work?slow', newId: newRequestId, signal }),
      );
      return;
    }
    const traffic = { port, path: '/work?slow', requests: USERS, users: USERS, atFirst: USERS, newId: newRequestId };
    sendJson(response, await sendTraffic({ ...traffic, signal }));
  } finally {
    service.users -= USERS;
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}

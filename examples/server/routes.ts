import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { sendBrowserExample } from './browser-examples.js';
import { createRequestId, requestId } from './request-id.js';
import type { RequestLanes, RequestRecorder } from './request-lanes.js';
import { isSameOriginRequest } from './request-origin.js';
import { runSteps } from './request-work.js';
import type { ShopMiddleware } from './shop-middleware.js';
import { sendShopTraffic } from './shop-traffic.js';
import type { SnapshotStream } from './snapshot-stream.js';
import { sendWorkTraffic } from './work-traffic.js';

/** The compiled files are in dist/, the page is beside it. */
const page = new URL('../page/index.html', import.meta.url);

/** How long a step waits at most where people watch. */
const SLOW_MS = 900;

/** How many users the page's button sends, and how many may be on their way for all pages together. */
const USERS = 20;
const MOST_USERS = 200;

/** What the routes need of the server that they belong to. */
export interface ServerContext {
  readonly lanes: RequestLanes;
  readonly live: SnapshotStream;
  readonly port: number;
  /** Undefined where requests have no scope and no session. */
  readonly shop: ShopMiddleware | undefined;
  readonly signal: AbortSignal;
  /** How many of the button's users are not answered yet. */
  pendingUsers: number;
}

/** Finds and runs the route. The id of the request is nowhere among the parameters: it is in storage. */
export async function route(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
  recorder: RequestRecorder,
): Promise<void> {
  if (request.method === 'POST' && !isSameOriginRequest(request)) {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('Only a page of this server may send this.\n');
    return;
  }
  if (await context.shop?.route(request, response)) return;
  switch (`${request.method} ${request.url}`) {
    case 'GET /':
      return showPage(response);
    case 'GET /work':
      return sendWork(context, response, recorder, 0);
    case 'GET /work?slow':
      return sendWork(context, response, recorder, SLOW_MS);
    case 'GET /inner':
      return answerInner(response, recorder);
    case 'GET /events':
      return context.live.add(response);
    case 'POST /users':
      return sendUsers(context, response);
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
  if (method === 'GET' && (await sendBrowserExample(path, response))) return;
  response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing here. Try /, /shop, /work or /browser/.\n');
}

/** Answers with what each step read. */
async function sendWork(
  { port, shop }: ServerContext,
  response: ServerResponse,
  recorder: RequestRecorder,
  pause: number,
): Promise<void> {
  recorder.begin();
  try {
    await runSteps({ port, pause, report: recorder.record });
    const user = shop?.currentUser();
    sendJson(response, { ...Object.fromEntries(recorder.reads), ...(user === undefined ? {} : { user }) });
  } finally {
    recorder.end();
  }
}

/** The second route: the first asks it in the middle of its work, and hands on the id in a header. */
async function answerInner(response: ServerResponse, recorder: RequestRecorder): Promise<void> {
  await setTimeout(1);
  const read = requestId.getStore();
  recorder.verify(read);
  response.end(`${read ?? ''}`);
}

/** Sends users for the page: a browser would not open more than six connections at once. */
async function sendUsers(context: ServerContext, response: ServerResponse): Promise<void> {
  if (context.pendingUsers + USERS > MOST_USERS) {
    response.writeHead(429, { 'content-type': 'text/plain' }).end('Too many users are on their way.\n');
    return;
  }
  context.pendingUsers += USERS;
  try {
    const { port, signal, shop } = context;
    if (shop !== undefined) {
      sendJson(
        response,
        await sendShopTraffic({ port, users: USERS, work: '/work?slow', createId: createRequestId, signal }),
      );
      return;
    }
    const traffic = {
      port,
      path: '/work?slow',
      requests: USERS,
      users: USERS,
      initialUsers: USERS,
      createId: createRequestId,
    };
    sendJson(response, await sendWorkTraffic({ ...traffic, signal }));
  } finally {
    context.pendingUsers -= USERS;
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}

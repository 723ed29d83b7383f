/** The routes of the server. No function here receives the id of the request; the steps read it from storage. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { sendError } from './error-response.js';
import { pageHeaders } from './page-template.js';
import { createRequestId, requestId } from './request-id.js';
import type { RequestLanes, RequestRecorder } from './request-lanes.js';
import { muteRequest, unmuteRequest } from './request-log.js';
import { isSameOriginRequest } from './request-origin.js';
import { runSteps } from './request-work.js';
import { requestsPage } from './requests-page.js';
import type { ShopMiddleware } from './shop-middleware.js';
import { sendShopTraffic } from './shop-traffic.js';
import type { SnapshotStream } from './snapshot-stream.js';
import { sendStaticFile } from './static-files.js';
import { sendWorkTraffic } from './work-traffic.js';

/** The longest pause before a step, in milliseconds, for requests that people watch. */
const WATCHED_PAUSE_MS = 900;

/**
 * The number of users that one click of the page's button sends, and the limit of active users for all pages together.
 */
const USERS_PER_CLICK = 20;
const MAX_ACTIVE_USERS = 200;

/**
 * How many users a playing page gets at once, and how many may then be active for all pages together. Two rounds
 * overlap, so there is always a request in flight, and some lanes stay free for the visitor's own requests.
 */
const USERS_PER_ROUND = 8;
const MAX_PLAYING_USERS = 16;

/** The parts of the server that its routes use. */
export interface ServerContext {
  readonly lanes: RequestLanes;
  readonly live: SnapshotStream;
  readonly port: number;
  /** Undefined for a server without request scopes and sessions. */
  readonly shop: ShopMiddleware | undefined;
  /** Whether pages that play get users. */
  readonly isPlayable: () => boolean;
  readonly signal: AbortSignal;
  /** The number of users that were sent by the page's button and are still active. */
  activeUsers: number;
}

/** Finds and runs the route of a request. */
export async function route(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
  recorder: RequestRecorder,
): Promise<void> {
  if (request.method === 'POST' && !isSameOriginRequest(request)) {
    return sendError(request, response, {
      status: 403,
      title: 'Request refused',
      reason: 'This server accepts POST requests only from its own pages.',
      remedy: 'Send the form from a page of this server.',
    });
  }
  if (await context.shop?.route(request, response)) return;
  switch (`${request.method} ${request.url}`) {
    case 'GET /':
      response.writeHead(200, pageHeaders).end(requestsPage);
      return;
    case 'GET /work':
      return doWork(context, response, recorder, 0);
    case 'GET /work?slow':
      return doWork(context, response, recorder, WATCHED_PAUSE_MS);
    case 'GET /inner':
      return sendInnerRead(response, recorder);
    case 'GET /events':
      return context.live.add(response);
    case 'POST /users':
      return sendUsers(context, response, USERS_PER_CLICK);
    case 'POST /users?while=idle':
      return sendRound(context, response);
    default:
      return sendFileOr404(request, response);
  }
}

async function sendFileOr404(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  if (request.method === 'GET' && (await sendStaticFile(path, response))) return;
  sendError(request, response, {
    status: 404,
    title: 'Page not found',
    reason: 'There is no such page.',
    remedy: 'Try /, /shop, /work, /browser/ or /tracing/.',
  });
}

/** Runs all steps and responds with what each of them read. */
async function doWork(
  { port, shop }: ServerContext,
  response: ServerResponse,
  recorder: RequestRecorder,
  maxPause: number,
): Promise<void> {
  recorder.begin();
  try {
    await runSteps({ port, maxPause, onRead: recorder.record });
    const user = shop?.currentUser();
    sendJson(response, { ...Object.fromEntries(recorder.reads), ...(user === undefined ? {} : { user }) });
  } finally {
    recorder.end();
  }
}

/**
 * Responds with the id that it reads. `/work` requests this route as one of its steps, and passes the id in a header.
 */
async function sendInnerRead(response: ServerResponse, recorder: RequestRecorder): Promise<void> {
  await setTimeout(1);
  const read = requestId.getStore();
  recorder.countIfMixedUp(read);
  response.end(`${read ?? ''}`);
}

/**
 * Sends users for a page that plays, unless enough users are active: several open pages share the same users. Their
 * requests are not logged, because they never end and would hide the requests of visitors.
 */
async function sendRound(context: ServerContext, response: ServerResponse): Promise<void> {
  if (!context.isPlayable() || context.activeUsers + USERS_PER_ROUND > MAX_PLAYING_USERS) {
    response.writeHead(204).end();
    return;
  }
  const ids: number[] = [];
  const createMutedId = () => {
    const id = createRequestId();
    ids.push(id);
    muteRequest(id);
    return id;
  };
  try {
    await sendUsers(context, response, USERS_PER_ROUND, createMutedId);
  } finally {
    for (const id of ids) unmuteRequest(id);
  }
}

/** Sends users on behalf of the page, because a browser opens at most six connections to a server at once. */
async function sendUsers(
  context: ServerContext,
  response: ServerResponse,
  users: number,
  createId: () => number = createRequestId,
): Promise<void> {
  if (context.activeUsers + users > MAX_ACTIVE_USERS) {
    response
      .writeHead(429, { 'content-type': 'text/plain' })
      .end('Too many users are active. Try again in a few seconds.\n');
    return;
  }
  context.activeUsers += users;
  try {
    const { port, signal, shop } = context;
    const load = { port, users, createId, signal };
    const traffic =
      shop === undefined
        ? await sendWorkTraffic({ ...load, path: '/work?slow', requests: load.users, initialUsers: load.users })
        : await sendShopTraffic({ ...load, workPath: '/work?slow' });
    sendJson(response, traffic);
  } finally {
    context.activeUsers -= users;
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}

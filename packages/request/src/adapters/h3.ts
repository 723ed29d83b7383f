/**
 * The request scope for h3, version 2.
 *
 * On Node the scope is that of Node's request and answer, and what the session does to the headers is done there, whoever
 * makes the answer. Elsewhere what a handler returns is made a Response here, and not by h3 further out.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type H3Event, type Middleware, toResponse } from 'h3';
import { enterNodeScope, enterUpgradeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import type { NodeRequest, NodeResponse } from '../node/request-response.js';
import { scopeOf } from '../node/scoped-emitter.js';
import { UpgradeExchange } from '../node/upgrade-exchange.js';
import { loadSession } from '../scope/load-session.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { type OpenScope, scopeStorage } from '../scope/request-scope.js';
import { currentScopeOf, WebExchange } from '../web/web-exchange.js';

/**
 * A middleware that opens the scope for everything after it: mount it first. Whether the client came over https is what
 * the server finds, by its own `trustProxy`; an error while the session is loaded is h3's to answer.
 * @throws ERR_INVALID_OPTION
 * @example
 * app.use(requestScope({ session: sessions({ secret }) }));
 */
export function requestScope(options: RequestScopeOptions = {}): Middleware {
  checkScopeOptions(options);
  return (event, next) => {
    // The types do not say that there is a socket in the place of an answer where a request is an upgrade.
    const node = event.runtime?.node as NodeServer | undefined;
    if (node?.res !== undefined) return enterNode(event, next, options, node.req, node.res);
    if (node?.upgrade !== undefined) return enterUpgrade(event, next, options, node.req, node.upgrade.socket);
    return enterWeb(event, next, options);
  };
}

type NodeServer =
  | { req: NodeRequest; res: NodeResponse; upgrade?: never }
  | { req: IncomingMessage; res?: never; upgrade: { socket: Duplex } };

type Next = () => unknown | Promise<unknown>;

function enterNode(
  event: H3Event,
  next: Next,
  options: RequestScopeOptions,
  request: NodeRequest,
  response: NodeResponse,
): unknown | Promise<unknown> {
  const exchange = new NodeExchange(request, response, () => isHttps(event));
  const value = enterNodeScope(request, response, exchange, options, (error) =>
    error === undefined ? attempt(next) : Promise.reject(error),
  );
  const scope = scopeOf(request);
  // Also where the session had to be waited for: a promise that is resolved with one of ours is none of ours.
  return scope === undefined || isDone(value, event) ? value : inScope(Promise.resolve(value), scope);
}

function enterUpgrade(
  event: H3Event,
  next: Next,
  options: RequestScopeOptions,
  request: IncomingMessage,
  socket: Duplex,
): unknown | Promise<unknown> {
  // crossws listens for errors only when the handler is through, and not at all where it has failed.
  socket.on('error', () => void socket.destroy());
  const exchange = new UpgradeExchange(request, socket, () => isHttps(event));
  return enterUpgradeScope(request, socket, exchange, options, async (error) => {
    if (error !== undefined) throw error;
    const scope = scopeOf(request);
    const value = await next();
    return scope === undefined ? value : socketInScope(value, scope, event);
  });
}

function enterWeb(event: H3Event, next: Next, options: RequestScopeOptions): unknown | Promise<unknown> {
  // What a server gives is a Request in all but members that only the newest types have.
  const request = event.req as Request;
  if (currentScopeOf(request) !== undefined) return next();
  const exchange = new WebExchange(request, () => isHttps(event), options);
  const { scope } = exchange;
  const answering = scopeStorage.run(scope, async () => {
    let value: unknown;
    try {
      if (options.session !== undefined) await loadSession(scope, exchange, options.session);
      value = await next();
    } catch (error) {
      return answer(Promise.reject(error), event, exchange);
    }
    return value === notFound ? missing(event, exchange) : answer(value, event, exchange);
  });
  // The body is read in the scope in any case. Who calls `app.fetch()` is to go on in a frame of their own.
  return hasHooks(event) ? inScope(answering, scope) : answering;
}

/** The response that h3 makes of a value or an error, with what the scope and the session add. */
async function answer(value: unknown, event: H3Event, exchange: WebExchange): Promise<Response> {
  // h3 calls this hook itself, for what it is given here.
  const { onResponse: _, ...config } = event.app?.config ?? {};
  return exchange.answer(await toResponse(socketInScope(value, exchange.scope, event), event, config));
}

/** No route: perhaps an application around this one has it, so that there is no answer yet to add anything to. */
async function missing({ res }: H3Event, exchange: WebExchange): Promise<unknown> {
  try {
    for (const [name, value] of await exchange.sendHeaders()) res.errHeaders.append(name, value);
    exchange.close();
    return notFound;
  } catch (error) {
    return exchange.errorAnswer(error);
  }
}

function attempt(next: Next): unknown | Promise<unknown> {
  try {
    return next();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Whether nothing of the application's is run any more for what a handler has returned. */
function isDone(value: unknown, { app }: H3Event): boolean {
  if (app?.config.onResponse !== undefined) return false;
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether h3 runs anything of the application's when there is an answer, or no route for one. */
function hasHooks({ app }: H3Event): boolean {
  return app?.config.onResponse !== undefined || app?.config.onError !== undefined;
}

function isHttps(event: H3Event): boolean {
  return event.url.protocol === 'https:';
}

/** On a promise of an answer. */
const answerScope = Symbol('throughline.answerScope');

interface Answer extends Promise<unknown> {
  [answerScope]?: OpenScope;
}

type Reactions = Parameters<Promise<unknown>['then']>;

/**
 * A promise of an answer, whose reactions run in the scope wherever they are asked for: h3's own hooks for errors and
 * responses are among them, and what reads a streamed body.
 * @param promise is left as it is: a handler may give the same one to many requests
 */
function inScope(promise: Promise<unknown>, scope: OpenScope, reactions: Reactions = []): Promise<unknown> {
  const answer: Answer = scopeStorage.run(scope, Reflect.apply, Promise.prototype.then, promise, reactions);
  answer[answerScope] = scope;
  // One function for all answers: one for each, and one around each reaction, take 0.7 µs longer.
  const then = thenInScope as Answer['then'];
  try {
    // biome-ignore lint/suspicious/noThenProperty: a promise, which had one before
    answer.then = then;
  } catch {
    // Where Promise.prototype is frozen. To define it always takes half a microsecond more.
    void Object.defineProperty(answer, 'then', { value: then });
  }
  return answer;
}

function thenInScope(this: Answer, ...reactions: Reactions): Promise<unknown> {
  return inScope(this, this[answerScope] as OpenScope, reactions);
}

/** What h3 is told where no route has an answer. */
const notFound = Symbol.for('h3.notFound');

const hooksKey = Symbol.for('crossws.hooks');

/**
 * The hooks of a WebSocket, which crossws calls for as long as it lasts. It finds them on what the handler returns, and where
 * a server makes another response of that, on the request and its context.
 */
function socketInScope(value: unknown, scope: OpenScope, { req }: H3Event): unknown {
  if (!(value instanceof Response) || !('crossws' in value) || !isObject(value.crossws)) return value;
  const hooks: Record<string, unknown> = {};
  for (const [name, hook] of Object.entries(value.crossws)) {
    hooks[name] =
      typeof hook === 'function'
        ? (...args: unknown[]) => scopeStorage.run(scope, () => hook.apply(hooks, args))
        : hook;
  }
  for (const holder of [req, req.context]) {
    if (isObject(holder) && hooksKey in holder) holder[hooksKey] = hooks;
  }
  value.crossws = hooks;
  return value;
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

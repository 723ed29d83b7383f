/**
 * The request scope for h3, version 2.
 *
 * On Node, the scope belongs to Node's request and response, and the session changes the headers of Node's response,
 * regardless of what creates h3's response. On other runtimes, this middleware itself converts what a handler returns
 * to a `Response`, to which it adds the headers.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { H3Event, Middleware } from 'h3' with { 'resolution-mode': 'import' };
import { toResponse } from 'h3';
import { enterNodeScope, enterUpgradeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import type { NodeRequest, NodeResponse } from '../node/request-response.js';
import { UpgradeExchange } from '../node/upgrade-exchange.js';
import { loadSession } from '../scope/load-session.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { type Scope, scopeStorage } from '../scope/request-scope.js';
import { scopeOf, setScopeOf } from '../scope/scope-of.js';
import { holdH3Steps } from '../steps/h3-steps.js';
import { markHeld } from '../steps/step-in-scope.js';
import { addHeaders, currentScopeOf, WebExchange } from '../web/web-exchange.js';

// In `app.use(requestScope())`, `app.use` is read before `requestScope()` is called, so that would be too late.
holdH3Steps();

/**
 * Creates a middleware that opens the scope for everything that is mounted after it. Mount it first.
 *
 * The option `trustProxy` of the server decides whether a request came over HTTPS, and to which host. If the session cannot be loaded, h3
 * handles the error.
 * @param options default: a random id, no deadline and no session
 * @returns the middleware
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/h3';
 * import { H3, serve } from 'h3';
 *
 * const app = new H3();
 * app.use(requestScope());
 * app.get('/', () => `Hello from ${getRequestScope().id}\n`);
 * serve(app, { port: 8080 });
 * // curl localhost:8080 prints: Hello from ...
 * @see https://h3.dev/guide/basics/middleware
 */
export function requestScope(options: RequestScopeOptions = {}): Middleware {
  checkScopeOptions(options);
  const middleware: Middleware = (event, next) => {
    // The types of h3 do not describe that an upgrade has a socket instead of a response.
    const node = event.runtime?.node as NodeRuntime | undefined;
    if (node?.res !== undefined) return enterNode(event, next, options, node.req, node.res);
    if (node?.upgrade !== undefined) return enterUpgrade(event, next, options, node.req, node.upgrade.socket);
    return enterWeb(event, next, options);
  };
  // It calls `next` in the scope itself.
  return markHeld(middleware);
}

type NodeRuntime =
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
  const exchange = new H3Exchange(event, request, response);
  const value = enterNodeScope(request, response, exchange, options, (error) =>
    error === undefined ? callNext(next) : Promise.reject(error),
  );
  const scope = scopeOf(request);
  // This also applies if the session had to be loaded: that promise adopts the state of the handler's promise, but not
  // its `then`.
  return scope === undefined || needsNoScope(value, event) ? value : promiseInScope(Promise.resolve(value), scope);
}

class H3Exchange extends NodeExchange {
  readonly #event: H3Event;

  constructor(event: H3Event, request: NodeRequest, response: NodeResponse) {
    super(request, response);
    this.#event = event;
  }

  override get isSecure(): boolean {
    return isHttps(this.#event);
  }

  override get host(): string {
    return this.#event.url.host;
  }
}

function enterUpgrade(
  event: H3Event,
  next: Next,
  options: RequestScopeOptions,
  request: IncomingMessage,
  socket: Duplex,
): unknown | Promise<unknown> {
  // crossws listens to errors only after the handler has finished, and not at all if the handler has failed.
  socket.on('error', () => void socket.destroy());
  const exchange = new UpgradeExchange(
    request,
    socket,
    () => isHttps(event),
    () => event.url.host,
  );
  return enterUpgradeScope(request, socket, exchange, options, async (error) => {
    if (error !== undefined) throw error;
    const scope = scopeOf(request);
    const value = await next();
    return scope === undefined ? value : runSocketHooksInScope(value, scope, event);
  });
}

function enterWeb(event: H3Event, next: Next, options: RequestScopeOptions): unknown | Promise<unknown> {
  // The request of a server is a Request, except for members that only the newest types have.
  const request = event.req as Request;
  const outer = currentScopeOf(request);
  if (outer !== undefined) {
    // The steps of this application look the scope up there.
    setScopeOf(event, outer);
    return next();
  }
  const exchange = new WebExchange(
    request,
    () => isHttps(event),
    options,
    () => event.url.host,
  );
  const { scope } = exchange;
  setScopeOf(event, scope);
  const responding = scopeStorage.run(scope, async () => {
    let value: unknown;
    try {
      if (options.session !== undefined) await loadSession(scope, exchange, options.session);
      value = await next();
    } catch (error) {
      return respond(Promise.reject(error), event, exchange);
    }
    return value === NOT_FOUND ? deferToOuterApp(event, exchange) : respond(value, event, exchange);
  });
  // The body always runs in the scope. The caller of `app.fetch()` must continue in its own frame.
  return hasHooks(event) ? promiseInScope(responding, scope) : responding;
}

/** Converts a value or an error to the response of h3, and adds what the scope and the session contribute. */
async function respond(value: unknown, event: H3Event, exchange: WebExchange): Promise<Response> {
  // h3 itself calls the hook `onResponse` with the response that is returned here.
  const { onResponse: _, ...config } = event.app?.config ?? {};
  return exchange.complete(await toResponse(runSocketHooksInScope(value, exchange.scope, event), event, config));
}

/**
 * No route matched. An application around this one may have the route, so there is no response yet to add headers to.
 */
async function deferToOuterApp({ res }: H3Event, exchange: WebExchange): Promise<unknown> {
  try {
    addHeaders(res.errHeaders, await exchange.sendHeaders());
    exchange.markClosed();
    return NOT_FOUND;
  } catch (error) {
    return exchange.errorResponse(error);
  }
}

function callNext(next: Next): unknown | Promise<unknown> {
  try {
    return next();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Whether h3 runs no more code of the application for a value that a handler has returned. */
function needsNoScope(value: unknown, { app }: H3Event): boolean {
  if (app?.config.onResponse !== undefined) return false;
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether h3 calls a hook of the application after the middleware has finished. */
function hasHooks({ app }: H3Event): boolean {
  return app?.config.onResponse !== undefined || app?.config.onError !== undefined;
}

function isHttps(event: H3Event): boolean {
  return event.url.protocol === 'https:';
}

/** The property of a promise that holds the scope in which its reactions run. */
const reactionScopeKey = Symbol('throughline.reactionScope');

interface PromiseInScope extends Promise<unknown> {
  [reactionScopeKey]?: Scope;
}

type Reactions = Parameters<Promise<unknown>['then']>;

/**
 * Creates a promise whose reactions run in the scope, wherever `then` is called. Among these reactions are h3's hooks
 * for errors and responses, and the code that reads a streamed body.
 * @param promise is not changed: a handler may return the same promise to many requests
 */
function promiseInScope(promise: Promise<unknown>, scope: Scope, reactions: Reactions = []): Promise<unknown> {
  const scoped: PromiseInScope = scopeStorage.run(scope, Reflect.apply, Promise.prototype.then, promise, reactions);
  scoped[reactionScopeKey] = scope;
  // All promises share one function. A closure for each promise, and a wrapper around each reaction, take 0.7 µs
  // longer. Benchmark: npm run bench -- --requests
  const then = thenInScope as PromiseInScope['then'];
  try {
    // biome-ignore lint/suspicious/noThenProperty: the object is a promise, which has this property anyway
    scoped.then = then;
  } catch {
    // The assignment fails if Promise.prototype is frozen. Defining the property in every case takes 0.5 µs longer.
    void Object.defineProperty(scoped, 'then', { value: then });
  }
  return scoped;
}

function thenInScope(this: PromiseInScope, ...reactions: Reactions): Promise<unknown> {
  return promiseInScope(this, this[reactionScopeKey] as Scope, reactions);
}

/** The value that h3 interprets as "no route matched". */
const NOT_FOUND = Symbol.for('h3.notFound');

const crosswsHooksKey = Symbol.for('crossws.hooks');

/**
 * Wraps the hooks of a WebSocket, which crossws calls as long as the socket is open, so that they run in the scope.
 * crossws reads the hooks from the response of the handler, and if a server has created another response from it, from
 * the request and its context.
 */
function runSocketHooksInScope(value: unknown, scope: Scope, { req }: H3Event): unknown {
  if (!(value instanceof Response) || !('crossws' in value) || !isObject(value.crossws)) return value;
  const hooks: Record<string, unknown> = {};
  for (const [name, hook] of Object.entries(value.crossws)) {
    hooks[name] =
      typeof hook === 'function'
        ? (...args: unknown[]) => scopeStorage.run(scope, () => hook.apply(hooks, args))
        : hook;
  }
  for (const hookSource of [req, req.context]) {
    if (isObject(hookSource) && crosswsHooksKey in hookSource) hookSource[crosswsHooksKey] = hooks;
  }
  value.crossws = hooks;
  return value;
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

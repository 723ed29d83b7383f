/**
 * The request scope for Hono 4.
 *
 * On Node, @hono/node-server passes Node's own request and response to Hono. The scope belongs to these two, and the
 * session changes the headers of Node's response, regardless of what creates Hono's response. On Bun, Deno and workerd,
 * the headers are added to the `Response` at the end of Hono's middleware chain.
 */
import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler, Next } from 'hono';
import { RequestError } from '../errors.js';
import { enterNodeScope, enterUpgradeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import type { NodeRequest, NodeResponse } from '../node/request-response.js';
import { UpgradeExchange } from '../node/upgrade-exchange.js';
import { runWebSocketsOfServerInScope } from '../node/web-socket-scope.js';
import { errorResponseText } from '../scope/error-response.js';
import { loadSession } from '../scope/load-session.js';
import { checkScopeOptions, isSecureCheck, type RequestScopeOptions, SCOPE_OPTION_CHECKS } from '../scope/options.js';
import { scopeStorage } from '../scope/request-scope.js';
import { scopeOf, setScopeOf } from '../scope/scope-of.js';
import { holdHonoSteps } from '../steps/hono-steps.js';
import { markHeld } from '../steps/step-in-scope.js';
import { responseInScope } from '../web/streamed-body.js';
import { currentScopeOf, WebExchange } from '../web/web-exchange.js';

export { contextStorage, getContext, tryGetContext } from './hono-context.js';

/** The options of the adapter for Hono. */
export interface HonoOptions extends RequestScopeOptions {
  /**
   * Determines whether the client connected over HTTPS. Hono trusts no proxy, and only the application knows whether a
   * header such as `x-forwarded-proto` was written by its own proxy. Default: whether the URL of the request begins
   * with `https:`.
   */
  isSecure?: ((context: Context) => boolean) | undefined;
}

/** The bindings that @hono/node-server passes to Hono. An upgrade, which is always HTTP/1.1, has no response. */
type NodeEnv =
  | { incoming: NodeRequest; outgoing: NodeResponse; wss?: never }
  | { incoming: IncomingMessage; outgoing: undefined; wss: unknown };

type Enter = (context: Context, next: Next) => Promise<void>;

/**
 * Creates a middleware that opens the scope for everything that is mounted after it. Mount it first.
 *
 * If the session cannot be loaded, the error goes to `app.onError`, outside of the scope, in which no other code has
 * run at that point. If the session cannot be saved, the response is an error with the status of its code. Hono's
 * default error handler responds with the status of a session that cannot be loaded, and with 500 to any error that a
 * handler throws: to respond with `error.status` there, define `app.onError`.
 *
 * A streamed body runs in the scope too. On Bun, Deno and workerd, the headers decide whether a body is a stream: if
 * its content type is typical of text (`text/plain`, `text/html`, JSON ...) or its length is given, bind the function
 * that produces it with `AsyncLocalStorage.bind()`.
 * @param options default: a random id, no deadline and no session
 * @returns the middleware
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { serve } from '@hono/node-server';
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(requestScope());
 * app.get('/', (context) => context.text(`Hello from ${getRequestScope().id}\n`));
 * serve({ fetch: app.fetch, port: 8080 });
 * // curl localhost:8080 prints: Hello from ...
 * @see https://hono.dev/docs/guides/middleware
 */
export function requestScope(options: HonoOptions = {}): MiddlewareHandler {
  checkScopeOptions(options, { ...SCOPE_OPTION_CHECKS, isSecure: isSecureCheck });
  const isSecure = options.isSecure ?? isHttps;

  const enterWeb: Enter = (context, next) => {
    const request = context.req.raw;
    const outer = currentScopeOf(request);
    if (outer !== undefined) {
      // The steps of this application look the scope up there.
      setScopeOf(context, outer);
      return next();
    }
    const exchange = new WebExchange(request, () => isSecure(context), options);
    const { scope } = exchange;
    setScopeOf(context, scope);
    return scopeStorage.run(scope, async () => {
      try {
        if (options.session !== undefined) await loadSession(scope, exchange, options.session);
      } catch (error) {
        if (options.sendRequestId !== false) context.header('x-request-id', scope.id);
        throw withGetResponse(error);
      }
      await next();
      const response = context.res;
      const completed = await exchange.complete(response);
      if (completed !== response) replaceResponse(context, completed);
    });
  };

  const enterNode = (context: Context, next: Next, incoming: NodeRequest, outgoing: NodeResponse) => {
    const exchange = new HonoExchange(context, incoming, outgoing, isSecure);
    return enterNodeScope(incoming, outgoing, exchange, options, (error) => {
      if (error !== undefined) return Promise.reject(withGetResponse(error));
      return Promise.resolve(next()).then(() => readBodyInScope(context, incoming));
    });
  };

  // @hono/node-server listens to the errors of the socket until the WebSocket does.
  const enterUpgrade = async (context: Context, next: Next, incoming: IncomingMessage, webSocketServer: unknown) => {
    const { socket } = incoming;
    const exchange = new UpgradeExchange(incoming, socket, () => isSecure(context));
    if (options.bindEmitters !== false) runWebSocketsOfServerInScope(webSocketServer);
    await enterUpgradeScope(incoming, socket, exchange, options, async (error) => {
      if (error !== undefined) throw withGetResponse(error);
      await next();
    });
  };

  const middleware: MiddlewareHandler = (context, next) => {
    holdHonoSteps(context);
    if (!isNodeEnv(context.env)) return enterWeb(context, next);
    const { incoming, outgoing, wss } = context.env;
    if (outgoing === undefined) return enterUpgrade(context, next, incoming, wss);
    return Promise.resolve(enterNode(context, next, incoming, outgoing));
  };
  // It calls `next` in the scope itself.
  return markHeld(middleware);
}

class HonoExchange extends NodeExchange {
  readonly #context: Context;
  readonly #isSecure: (context: Context) => boolean;

  constructor(
    context: Context,
    incoming: NodeRequest,
    outgoing: NodeResponse,
    isSecure: (context: Context) => boolean,
  ) {
    super(incoming, outgoing);
    this.#context = context;
    this.#isSecure = isSecure;
  }

  override get isSecure(): boolean {
    return this.#isSecure(this.#context);
  }
}

/** Makes a streamed body run in the scope, although the server reads it after the middleware has finished. */
function readBodyInScope(context: Context, incoming: NodeRequest): void {
  const scope = scopeOf(incoming);
  const streamed = scope === undefined ? undefined : responseInScope(context.res, scope);
  if (streamed !== undefined) replaceResponse(context, streamed);
}

/**
 * Adds to an error the method that Hono's default error handler calls. That handler responds with 500 to an error
 * without this method, regardless of its status.
 */
function withGetResponse(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error;
  const getResponse = () => new Response(errorResponseText(error), { status: error.status });
  return Object.defineProperty(error, 'getResponse', { value: getResponse, configurable: true });
}

function isHttps(context: Context): boolean {
  return context.req.url.startsWith('https:');
}

function isNodeEnv(env: unknown): env is NodeEnv {
  return typeof env === 'object' && env !== null && 'incoming' in env && 'outgoing' in env;
}

/**
 * Hono copies the headers of the old response to a new one, which already has them here. Removing the old one first
 * avoids that.
 */
function replaceResponse(context: Context, response: Response): void {
  context.res = undefined;
  context.res = response;
}

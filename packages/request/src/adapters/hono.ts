/**
 * The request scope for Hono 4.
 *
 * On Node, by @hono/node-server, Hono is given Node's own request and answer: the scope is theirs, and what the session
 * does to the answer's headers is done there, whoever makes the answer. On Bun, Deno and workerd there is the `Response` at
 * the end of Hono's chain.
 */
import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler, Next } from 'hono';
import { RequestError } from '../errors.js';
import { enterNodeScope, enterUpgradeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import type { NodeRequest, NodeResponse } from '../node/request-response.js';
import { scopeOf } from '../node/scoped-emitter.js';
import { UpgradeExchange } from '../node/upgrade-exchange.js';
import { scopeSockets } from '../node/web-socket-scope.js';
import { errorText } from '../scope/error-response.js';
import { loadSession } from '../scope/load-session.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { scopeStorage } from '../scope/request-scope.js';
import { streamInScope } from '../web/streamed-body.js';
import { currentScopeOf, WebExchange } from '../web/web-exchange.js';

export interface HonoOptions extends RequestScopeOptions {
  /**
   * Whether the client came over https. Hono trusts no proxy, so only you know whether a header such as
   * `x-forwarded-proto` was written by yours. Default: whether the request's URL says `https:`.
   */
  isSecure?: (context: Context) => boolean;
}

/** What @hono/node-server gives; an upgrade, which is HTTP/1.1 always, has no answer. */
type NodeEnv =
  | { incoming: NodeRequest; outgoing: NodeResponse; wss?: never }
  | { incoming: IncomingMessage; outgoing: undefined; wss: unknown };

type Enter = (context: Context, next: Next) => Promise<void>;

/**
 * A middleware that opens the scope for everything after it: mount it first. An error while the session is loaded goes to
 * `app.onError`, outside of the scope, which nothing has been let into then; where the session cannot be saved, the answer
 * says so.
 *
 * A streamed body is made in the scope too. On Bun, Deno and workerd this goes by its headers: where the type is usual for
 * text (`text/plain`, `text/html`, JSON ...) or the length is given, bind what makes it.
 * @throws ERR_INVALID_OPTION
 * @example
 * app.use(requestScope({ session: sessions({ secret }) }));
 */
export function requestScope(options: HonoOptions = {}): MiddlewareHandler {
  checkScopeOptions(options);
  const isSecure = options.isSecure ?? isHttps;

  const enterWeb: Enter = (context, next) => {
    const request = context.req.raw;
    if (currentScopeOf(request) !== undefined) return next();
    const exchange = new WebExchange(request, () => isSecure(context), options);
    const { scope } = exchange;
    return scopeStorage.run(scope, async () => {
      try {
        if (options.session !== undefined) await loadSession(scope, exchange, options.session);
      } catch (error) {
        context.header('x-request-id', scope.id);
        throw withResponse(error);
      }
      await next();
      const response = context.res;
      const answer = await exchange.answer(response);
      if (answer !== response) replace(context, answer);
    });
  };

  const enterNode = (context: Context, next: Next, incoming: NodeRequest, outgoing: NodeResponse) => {
    const exchange = new NodeExchange(incoming, outgoing, () => isSecure(context));
    return enterNodeScope(incoming, outgoing, exchange, options, (error) => {
      if (error !== undefined) return Promise.reject(withResponse(error));
      return Promise.resolve(next()).then(() => readInScope(context, incoming));
    });
  };

  // The server listens to the errors of the socket until the WebSocket does.
  const enterUpgrade = async (context: Context, next: Next, incoming: IncomingMessage, sockets: unknown) => {
    const { socket } = incoming;
    const exchange = new UpgradeExchange(incoming, socket, () => isSecure(context));
    scopeSockets(sockets);
    await enterUpgradeScope(incoming, socket, exchange, options, async (error) => {
      if (error !== undefined) throw withResponse(error);
      await next();
    });
  };

  return (context, next) => {
    if (!isNode(context.env)) return enterWeb(context, next);
    const { incoming, outgoing, wss } = context.env;
    if (outgoing === undefined) return enterUpgrade(context, next, incoming, wss);
    return Promise.resolve(enterNode(context, next, incoming, outgoing));
  };
}

/** Has what is streamed made in the scope, though it is read when the middleware is through. */
function readInScope(context: Context, incoming: NodeRequest): void {
  const scope = scopeOf(incoming);
  const streamed = scope === undefined ? undefined : streamInScope(context.res, scope);
  if (streamed !== undefined) replace(context, streamed);
}

/**
 * Gives an error the method that Hono's default error handler calls. That handler ignores the status of an error, and
 * responds 500 to an error without this method.
 */
function withResponse(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error;
  const getResponse = () => new Response(errorText(error), { status: error.status });
  return Object.defineProperty(error, 'getResponse', { value: getResponse, configurable: true });
}

function isHttps(context: Context): boolean {
  return context.req.url.startsWith('https:');
}

function isNode(env: unknown): env is NodeEnv {
  return typeof env === 'object' && env !== null && 'incoming' in env && 'outgoing' in env;
}

/** Hono adds the headers of a response to the one that takes its place, which has them already. */
function replace(context: Context, response: Response): void {
  context.res = undefined;
  context.res = response;
}

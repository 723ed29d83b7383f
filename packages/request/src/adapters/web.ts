/** The request scope for all that answers a web `Request` with a `Response`: Bun, Deno, workerd, service workers. */

import { loadSession } from '../scope/load-session.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { scopeStorage } from '../scope/request-scope.js';
import { currentScopeOf, WebExchange } from '../web/web-exchange.js';

export interface WebOptions extends RequestScopeOptions {
  /**
   * Whether the client came over https. A `Request` does not say who sent it, so only you know whether a header such as
   * `x-forwarded-proto` was written by your proxy. Default: whether the request's URL says `https:`.
   */
  isSecure?: (request: Request) => boolean;
}

/**
 * Gives each request that a handler is called for a scope.
 *
 * What the handler throws is the runtime's to answer, as without a scope. A streamed body is made in the scope too, unless
 * its type is usual for text (`text/plain`, `text/html`, JSON ...) or its length is given: there, bind what makes it.
 * @param handler gets the request and whatever else the runtime gives
 * @returns the handler to give to the runtime
 * @throws ERR_INVALID_OPTION
 * @example
 * Deno.serve(requestScope((request) => new Response(getRequestScope().id)));
 * Bun.serve({ fetch: requestScope((request, server) => new Response('hello')) });
 * export default { fetch: requestScope((request, env, context) => new Response('hello')) };
 */
export function requestScope<Rest extends unknown[], Answer extends Response | undefined>(
  handler: (request: Request, ...rest: Rest) => Answer | PromiseLike<Answer>,
  options: WebOptions = {},
): (request: Request, ...rest: Rest) => Answer | Response | Promise<Answer | Response> {
  checkScopeOptions(options);
  const isSecure = options.isSecure ?? isHttps;
  return (request, ...rest) => {
    if (currentScopeOf(request) !== undefined) return awaited(handler(request, ...rest));
    const exchange = new WebExchange(request, () => isSecure(request), options);
    const { scope } = exchange;
    return scopeStorage.run(scope, () => {
      let loading: Promise<void> | undefined;
      try {
        loading = options.session === undefined ? undefined : loadSession(scope, exchange, options.session);
      } catch (error) {
        return exchange.errorAnswer(error);
      }
      if (loading === undefined) return serve(() => handler(request, ...rest), exchange);
      return loading.then(
        () => serve(() => handler(request, ...rest), exchange),
        (error: unknown) => exchange.errorAnswer(error),
      );
    });
  };
}

function isHttps(request: Request): boolean {
  return request.url.startsWith('https:');
}

function serve<Answer extends Response | undefined>(
  handle: () => Answer | PromiseLike<Answer>,
  exchange: WebExchange,
): Answer | Response | Promise<Answer | Response> {
  let handled: Answer | Promise<Answer>;
  try {
    handled = awaited(handle());
  } catch (error) {
    return failed(error, exchange);
  }
  if (!(handled instanceof Promise)) return finish(handled, exchange);
  return handled.then(
    (response) => finish(response, exchange),
    (error: unknown) => failed(error, exchange),
  );
}

/** The promise of a library, or of another realm, is none of the class that is called Promise here. */
function awaited<Answer>(handled: Answer | PromiseLike<Answer>): Answer | Promise<Answer> {
  return isThenable(handled) ? Promise.resolve(handled) : handled;
}

function isThenable<Answer>(handled: Answer | PromiseLike<Answer>): handled is PromiseLike<Answer> {
  return typeof handled === 'object' && handled !== null && 'then' in handled && typeof handled.then === 'function';
}

function finish<Answer extends Response | undefined>(
  response: Answer,
  exchange: WebExchange,
): Answer | Response | Promise<Answer | Response> {
  if (isResponse(response)) return exchange.answer(response);
  // Bun takes nothing for the answer to an upgrade; where it is a mistake, the runtime says what it has expected.
  return afterSaving(exchange, () => response);
}

/** What a session holds is kept although the answer is the runtime's, as it is kept where a framework answers an error. */
function failed(error: unknown, exchange: WebExchange): never | Promise<never> {
  return afterSaving(exchange, () => {
    throw error;
  });
}

function afterSaving<R>(exchange: WebExchange, proceed: () => R): R | Promise<R> {
  const headers = exchange.sendHeaders();
  exchange.close();
  // A store that failed has been reported by whoever keeps the session.
  return headers instanceof Promise ? headers.then(proceed, proceed) : proceed();
}

/** Not by its class: some servers put one of their own in the place of `Response`. */
function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'headers' in value && 'status' in value;
}

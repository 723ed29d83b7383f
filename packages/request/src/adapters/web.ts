/**
 * The request scope for every server that passes a `Request` to a handler and sends the `Response` that it returns:
 * Bun, Deno, workerd and service workers.
 */
import { isPromise } from '../scope/is-promise.js';
import { loadSession } from '../scope/load-session.js';
import { type ListenerLogOption, logCheck, logListenerError } from '../scope/log-listener-error.js';
import {
  checkListener,
  checkScopeOptions,
  isSecureCheck,
  type RequestScopeOptions,
  SCOPE_OPTION_CHECKS,
} from '../scope/options.js';
import { scopeStorage } from '../scope/request-scope.js';
import { createErrorResponse, currentScopeOf, WebExchange } from '../web/web-exchange.js';

/** The options of the adapter for web handlers. */
export interface WebOptions extends RequestScopeOptions, ListenerLogOption {
  /**
   * Determines whether the client connected over HTTPS. A `Request` does not identify its sender, and only the
   * application knows whether a header such as `x-forwarded-proto` was written by its own proxy. Default: whether the
   * URL of the request begins with `https:`.
   */
  isSecure?: ((request: Request) => boolean) | undefined;
}

/**
 * Wraps a handler, so that it runs in a new scope for each request.
 *
 * An error that the handler throws or rejects with is logged. The response then is an error with the `status` or
 * `statusCode` of the error, by default 500. Changes of the session are saved, and a new cookie is part of the response.
 * If the session itself cannot be loaded or saved, the response is an error with the status of its code.
 *
 * A streamed body runs in the scope too, unless its content type is typical of text (`text/plain`, `text/html`, JSON
 * ...) or its length is given. For such a body, bind the function that produces it with `AsyncLocalStorage.bind()`.
 * @param handler receives the request and everything else that the runtime passes
 * @param options default: a random id, no deadline and no session, and errors go to the console
 * @returns the handler to pass to the runtime
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/web';
 *
 * const fetch = requestScope((request) => new Response(`Hello from ${getRequestScope().id}\n`));
 * // Bun.serve({ fetch }), Deno.serve(fetch), or in workerd: export default { fetch }
 * const response = await fetch(new Request('http://localhost/'));
 * console.log(await response.text()); // Hello from ...
 * @see https://fetch.spec.whatwg.org/#request-class
 */
export function requestScope<Rest extends unknown[], Result extends Response | undefined>(
  handler: (request: Request, ...rest: Rest) => Result | PromiseLike<Result>,
  options: WebOptions = {},
): (request: Request, ...rest: Rest) => Result | Response | Promise<Result | Response> {
  checkListener('requestScope()', handler);
  checkScopeOptions(options, { ...SCOPE_OPTION_CHECKS, isSecure: isSecureCheck, log: logCheck });
  const isSecure = options.isSecure ?? isHttps;
  return (request, ...rest) => {
    if (currentScopeOf(request) !== undefined) return toPromiseIfThenable(handler(request, ...rest));
    const exchange = new WebExchange(request, () => isSecure(request), options);
    const { scope } = exchange;
    return scopeStorage.run(scope, () => {
      let loading: Promise<void> | undefined;
      try {
        loading = options.session === undefined ? undefined : loadSession(scope, exchange, options.session);
      } catch (error) {
        return exchange.errorResponse(error);
      }
      if (loading === undefined) return serve(() => handler(request, ...rest), exchange, options);
      return loading.then(
        () => serve(() => handler(request, ...rest), exchange, options),
        (error: unknown) => exchange.errorResponse(error),
      );
    });
  };
}

function isHttps(request: Request): boolean {
  return request.url.startsWith('https:');
}

function serve<Result extends Response | undefined>(
  handle: () => Result | PromiseLike<Result>,
  exchange: WebExchange,
  options: WebOptions,
): Result | Response | Promise<Result | Response> {
  const respondToError = (error: unknown) => {
    logListenerError(options, exchange.scope, error);
    return exchange.complete(createErrorResponse(error));
  };
  let result: Result | Promise<Result>;
  try {
    result = toPromiseIfThenable(handle());
  } catch (error) {
    return respondToError(error);
  }
  if (!(result instanceof Promise)) return complete(result, exchange);
  return result.then((response) => complete(response, exchange), respondToError);
}

/** The promise of a library, or of another realm, is not an instance of this realm's `Promise`. */
function toPromiseIfThenable<Result>(result: Result | PromiseLike<Result>): Result | Promise<Result> {
  return isThenable(result) ? Promise.resolve(result) : result;
}

function isThenable<Result>(result: Result | PromiseLike<Result>): result is PromiseLike<Result> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function';
}

function complete<Result extends Response | undefined>(
  result: Result,
  exchange: WebExchange,
): Result | Response | Promise<Result | Response> {
  if (isResponse(result)) return exchange.complete(result);
  // On Bun, a handler that upgrades a request returns nothing. If it is a mistake, the runtime reports what it
  // expected.
  const headers = exchange.sendHeaders();
  exchange.markClosed();
  // The session has already logged a failure of its store.
  const getResult = () => result;
  return isPromise(headers) ? headers.then(getResult, getResult) : result;
}

/** Checks the members instead of the class: some servers replace `Response` with their own class. */
function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'headers' in value && 'status' in value;
}

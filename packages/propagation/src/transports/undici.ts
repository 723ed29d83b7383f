/**
 * Dispatchers of undici that carry the values of the caller, for version 6.20 and later.
 *
 * An interceptor of undici can send a request again: to another origin after a redirect, or later after a failure. It
 * does so from the callback of a socket, whose frame belongs to the request that opened the socket. Another interceptor
 * gives the response of one request to others with the same headers: a cache, whose entries vary with headers that the
 * server names, or one that removes duplicates. The values are therefore written twice:
 *
 *     request() ──▶ outermost: notes the frame, and ──▶ redirect, retry, cache … ──▶ innermost: replaces them with ──▶ socket
 *                   writes its values                    (see the values)             those for the final origin
 *
 * The caller's interceptors come between both. So the dispatcher is created here, and `compose()` of the result puts
 * further interceptors between both, too. A request without a noted frame carries nothing.
 *
 * @see https://undici.nodejs.org/#/docs/api/Dispatcher?id=dispatchercomposeinterceptors-interceptor
 */
import { AsyncLocalStorage } from 'throughline';
import type { Dispatcher } from 'undici';
import { checkOptionNames } from '../option-names.js';
import { type AllowedOrigins, compileOrigins, parseUrl } from './allowed-origins.js';
import { flowSignal } from './flow-signal.js';
import { type HeaderPair, headerPairs, withValues } from './header-pairs.js';

/** The options of `propagatingDispatcher()`. */
export interface PropagatingDispatcherOptions {
  /** The origins that receive values: `'anywhere'`, or a list of origins and of patterns for them. */
  to: AllowedOrigins;

  /**
   * The origin of a `Client` or a `Pool`, whose requests do not state it. Requests without an origin carry no values by
   * default.
   */
  origin?: string | URL | undefined;
}

type Interceptor = Dispatcher.DispatcherComposeInterceptor;
type Headers = Dispatcher.DispatchOptions['headers'];

const OPTION_NAMES: ReadonlySet<string> = new Set(['to', 'origin']);

const flowKey = Symbol('@throughline/propagation/undici');

/** The flow of a request. */
interface Flow {
  readonly run: <R>(fn: () => R) => R;
  readonly signal: AbortSignal | undefined;
  /** The headers that the outermost interceptor has written, and those of the caller that it has replaced. */
  readonly written: readonly HeaderPair[];
  readonly replaced: readonly HeaderPair[];
}

interface NotedOptions extends Dispatcher.DispatchOptions {
  [flowKey]?: Flow;
}

/**
 * Creates a dispatcher that sends the values of its caller to the origins that may receive them. When the deadline of
 * the caller passes, the request is aborted.
 *
 * `fetch()` and interceptors of undici follow redirects: each request carries what its own origin may receive.
 * @param dispatcher an `Agent`, a `Pool` or another dispatcher
 * @param options `to`, and optionally `origin`
 * @param interceptors what `dispatcher.compose()` would get, such as `interceptors.redirect()`
 * @returns the dispatcher, for `request()`, `fetch()` and `setGlobalDispatcher()`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an option is invalid
 * @example
 * import { createServer } from 'node:http';
 * import { Propagated } from '@throughline/propagation';
 * import { propagatingDispatcher } from '@throughline/propagation/undici';
 * import { Agent, interceptors, request } from 'undici';
 *
 * const tenant = new Propagated('tenant', { to: ['http://localhost:8080'] });
 * const server = createServer((request, response) => response.end(request.headers.baggage)).listen(8080);
 *
 * const dispatcher = propagatingDispatcher(
 *   new Agent(),
 *   { to: ['http://localhost:8080'] },
 *   interceptors.redirect({ maxRedirections: 5 }),
 * );
 * const { body } = await tenant.run('acme', () => request('http://localhost:8080/', { dispatcher }));
 * console.log(await body.text()); // tenant=acme
 * await dispatcher.close();
 * server.close();
 * @see https://undici.nodejs.org/#/docs/api/Dispatcher
 */
export function propagatingDispatcher(
  dispatcher: Dispatcher,
  options: PropagatingDispatcherOptions,
  ...interceptors: Interceptor[]
): Dispatcher {
  checkOptionNames('propagatingDispatcher()', options, OPTION_NAMES);
  const mayReceive = compileOrigins('propagatingDispatcher(): to', options.to);
  const destinationOf: DestinationOf = ({ origin = options.origin }) => {
    const url = origin === undefined || origin === null ? undefined : parseUrl(origin);
    return url !== undefined && mayReceive(url) ? url : undefined;
  };
  return composeAround(dispatcher, destinationOf, interceptors);
}

/** Returns where a request goes, if values may go there. */
type DestinationOf = (options: Dispatcher.DispatchOptions) => URL | undefined;

function composeAround(
  dispatcher: Dispatcher,
  destinationOf: DestinationOf,
  between: readonly Interceptor[],
): Dispatcher {
  const composed = dispatcher.compose([replaceValues(destinationOf), ...between, noteFlow(destinationOf)]);
  const compose = (...more: (Interceptor | Interceptor[])[]) =>
    composeAround(dispatcher, destinationOf, [...between, ...more.flat()]);
  return new Proxy(composed, {
    get(target, key) {
      if (key === 'compose') return compose;
      const value: unknown = Reflect.get(target, key);
      // In undici 6, these methods read private fields, which a proxy does not have.
      return key === 'dispatch' || key === 'close' || key === 'destroy' ? (value as () => unknown).bind(target) : value;
    },
  });
}

/** Creates the outermost interceptor. */
function noteFlow(destinationOf: DestinationOf): Interceptor {
  return (dispatch) => (options, handler) => {
    const own = headerPairs(options.headers);
    const to = destinationOf(options);
    const pairs = to === undefined ? own : withValues(own, to);
    const flow: Flow = {
      run: AsyncLocalStorage.snapshot(),
      signal: flowSignal(),
      written: pairs.filter((pair) => !own.includes(pair)),
      replaced: own.filter((pair) => !pairs.includes(pair)),
    };
    const headers = to === undefined ? options.headers : headersOf(pairs, options.headers);
    const noted: NotedOptions = { ...options, headers: headers ?? null, [flowKey]: flow };
    return dispatch(noted, handler);
  };
}

/** Creates the innermost interceptor. */
function replaceValues(destinationOf: DestinationOf): Interceptor {
  return (dispatch) => (options: NotedOptions, handler) => {
    const { [flowKey]: flow, ...rest } = options;
    if (flow === undefined) return dispatch(rest, handler);
    const to = destinationOf(rest);
    const own = ownPairs(rest.headers, flow);
    const pairs = to === undefined ? own : flow.run(() => withValues(own, to));
    const headers = headersOf(pairs, rest.headers);
    return dispatch({ ...rest, headers }, flow.signal === undefined ? handler : abortedBy(flow.signal, handler));
  };
}

/** Returns the headers as they are without those that the outermost interceptor has written. */
function ownPairs(headers: Headers, { written, replaced }: Flow): HeaderPair[] {
  const isOwn = ([name, value]: HeaderPair) =>
    !written.some(([ours, text]) => ours === name.toLowerCase() && text === String(value));
  return [...headerPairs(headers).filter(isOwn), ...replaced];
}

/** Returns headers in the form that others have: a flat array, or an object. */
function headersOf(pairs: readonly HeaderPair[], form: Headers): string[] | Record<string, string | string[]> {
  const texts = pairs.flatMap(([name, value]): [string, string | string[]][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.map(String) : String(value)]],
  );
  if (!Array.isArray(form)) return Object.fromEntries(texts);
  return texts.flatMap(([name, text]) =>
    Array.isArray(text) ? text.flatMap((single) => [name, single]) : [name, text],
  );
}

/** The methods of a handler, in the current and in the earlier form of undici. */
const HANDLER_METHODS = [
  'onRequestUpgrade',
  'onResponseStart',
  'onResponseData',
  'onResponseEnd',
  'onResponseError',
  'onUpgrade',
  'onResponseStarted',
  'onHeaders',
  'onData',
  'onComplete',
  'onError',
  'onBodySent',
  'onRequestSent',
] as const;

/** The last method that undici calls for a request. */
const LAST_METHODS: ReadonlySet<string> = new Set([
  'onRequestUpgrade',
  'onResponseEnd',
  'onResponseError',
  'onUpgrade',
  'onComplete',
  'onError',
]);

/** Creates a handler that calls another one, and aborts its request with a signal. */
function abortedBy(signal: AbortSignal, handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  let stop = () => {};
  const abortWhen = (abort: (reason: Error) => void) => {
    stop();
    const listener = () => abort(signal.reason);
    if (signal.aborted) listener();
    else {
      signal.addEventListener('abort', listener, { once: true });
      stop = () => signal.removeEventListener('abort', listener);
    }
  };
  const delegate: Record<string, unknown> = {};
  for (const name of HANDLER_METHODS) {
    const method: unknown = Reflect.get(handler, name);
    if (typeof method !== 'function') continue;
    delegate[name] = (...args: unknown[]) => {
      if (LAST_METHODS.has(name)) stop();
      return Reflect.apply(method, handler, args);
    };
  }
  // undici detects the form of a handler by the presence of these methods.
  if (typeof handler.onRequestStart === 'function') {
    delegate.onRequestStart = (controller: Dispatcher.DispatchController, context: unknown) => {
      handler.onRequestStart?.(controller, context);
      abortWhen((reason) => controller.abort(reason));
    };
  }
  if (typeof handler.onConnect === 'function') {
    delegate.onConnect = (abort: (error?: Error) => void, ...rest: unknown[]) => {
      Reflect.apply(handler.onConnect as (...args: unknown[]) => void, handler, [abort, ...rest]);
      abortWhen(abort);
    };
  }
  return delegate as Dispatcher.DispatchHandler;
}

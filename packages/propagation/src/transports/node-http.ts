/**
 * The clients of `node:http` and `node:https`, with the values of their caller.
 *
 * These clients follow no redirects. What does so with them, such as the package `follow-redirects`, sends each request
 * through the wrapped functions, with the headers of the caller: each request then carries what its own origin may
 * receive.
 *
 * @see https://nodejs.org/api/http.html#httprequesturl-options-callback
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { checkOptionNames } from '../option-names.js';
import { type AllowedOrigins, compileOrigins, type OriginTest, parseUrl } from './allowed-origins.js';
import { withFlowSignal } from './flow-signal.js';
import { headerPairs, withValues } from './header-pairs.js';

/** The options of `propagatingHttp()` and `propagatingHttps()`. */
export interface PropagatingHttpOptions {
  /** The origins that receive values: `'anywhere'`, or a list of origins and of patterns for them. */
  to: AllowedOrigins;
}

/** The functions of `node:http` and `node:https` that send a request. */
export interface PropagatingClient {
  /**
   * Does what `http.request()` or `https.request()` does.
   * @see https://nodejs.org/api/http.html#httprequesturl-options-callback
   */
  readonly request: typeof https.request;
  /**
   * Does what `http.get()` or `https.get()` does.
   * @see https://nodejs.org/api/http.html#httpgeturl-options-callback
   */
  readonly get: typeof https.get;
}

/**
 * Creates `request` and `get` of `node:http` that send the values of their caller to the origins that may receive them.
 * When the deadline of the caller passes, the request is aborted.
 *
 * A request through a Unix socket has no origin, and carries no values.
 * @param options `to`
 * @returns the functions. They do not change the options and headers that they receive.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an option is invalid
 * @example
 * import { createServer } from 'node:http';
 * import { Propagated } from '@throughline/propagation';
 * import { propagatingHttp } from '@throughline/propagation/node-http';
 *
 * const tenant = new Propagated('tenant', { to: ['http://localhost:8080'] });
 * const server = createServer((request, response) => response.end(request.headers.baggage)).listen(8080);
 *
 * const { get } = propagatingHttp({ to: ['http://localhost:8080'] });
 * tenant.run('acme', () => {
 *   get('http://localhost:8080/', (response) => {
 *     response.on('data', (body) => console.log(`${body}`)); // tenant=acme
 *     response.on('end', () => server.close());
 *   });
 * });
 * @see https://nodejs.org/api/http.html#httprequesturl-options-callback
 */
export function propagatingHttp(options: PropagatingHttpOptions): PropagatingClient {
  return createClient('propagatingHttp()', http, 'http:', options);
}

/**
 * Creates `request` and `get` of `node:https`, as `propagatingHttp()` does for `node:http`.
 * @param options `to`
 * @returns the functions. They do not change the options and headers that they receive.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an option is invalid
 * @example
 * import { propagatingHttps } from '@throughline/propagation/node-http';
 *
 * const { request } = propagatingHttps({ to: ['https://billing.internal', /\.eu\.internal$/] });
 * console.log(typeof request); // function
 * @see https://nodejs.org/api/https.html#httpsrequesturl-options-callback
 */
export function propagatingHttps(options: PropagatingHttpOptions): PropagatingClient {
  return createClient('propagatingHttps()', https, 'https:', options);
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['to']);

type Callback = (response: http.IncomingMessage) => void;
type RequestArguments =
  | [options: https.RequestOptions | string | URL, callback?: Callback]
  | [url: string | URL, options: https.RequestOptions, callback?: Callback];

function createClient(
  owner: string,
  module: Pick<typeof https, 'request'>,
  defaultProtocol: string,
  options: PropagatingHttpOptions,
): PropagatingClient {
  checkOptionNames(owner, options, OPTION_NAMES);
  const mayReceive = compileOrigins(`${owner}: to`, options.to);
  const request = (...args: RequestArguments): http.ClientRequest => {
    const [first, second, third] = args;
    const hasUrl = typeof first === 'string' || isUrl(first);
    const given = hasUrl ? second : first;
    const own: https.RequestOptions = typeof given === 'object' && given !== null ? given : {};
    const options = addValues(own, hasUrl ? first : undefined, defaultProtocol, mayReceive);
    const callback = typeof second === 'function' ? second : third;
    return hasUrl ? module.request(first, options, callback) : module.request(options, callback);
  };
  const get = (...args: RequestArguments): http.ClientRequest => {
    const sent = request(...args);
    sent.end();
    return sent;
  };
  return { request: request as typeof https.request, get: get as typeof https.get };
}

/**
 * Recognizes URLs as Node does: a URL of another realm, or of the package whatwg-url, is not an instance of the class.
 */
function isUrl(value: https.RequestOptions | URL): value is URL {
  if (typeof value !== 'object' || value === null) return false;
  const { href, protocol, auth, path } = value as Partial<URL> & https.RequestOptions;
  return Boolean(href && protocol) && auth === undefined && path === undefined;
}

/** Returns a copy of the options with the values of the current flow and the signal of its deadline. */
function addValues(
  own: https.RequestOptions,
  url: string | URL | undefined,
  defaultProtocol: string,
  mayReceive: OriginTest,
): https.RequestOptions {
  const options: https.RequestOptions = { ...own };
  const signal = withFlowSignal(own.signal);
  if (signal !== undefined) options.signal = signal;
  const to = destinationOf(options, url, defaultProtocol);
  if (to !== undefined && mayReceive(to)) options.headers = headersWithValues(own.headers, to);
  return options;
}

/**
 * Returns the origin that a request is sent to. Node connects to the host and the port of the options, which replace
 * those of the URL. The header `host` says nothing about it.
 */
function destinationOf(
  options: https.RequestOptions,
  url: string | URL | undefined,
  defaultProtocol: string,
): URL | undefined {
  if (options.socketPath != null) return undefined;
  const parsed = url === undefined ? undefined : parseUrl(typeof url === 'string' ? url : url.href);
  if (url !== undefined && parsed === undefined) return undefined;
  const agent = (typeof options.agent === 'object' ? options.agent : {}) as AgentDefaults;
  const protocol = options.protocol || parsed?.protocol || agent.protocol || defaultProtocol;
  // Node itself prefers `hostname`, which a URL sets, to `host`.
  const host = options.hostname || parsed?.hostname || options.host || 'localhost';
  const port = options.port || parsed?.port || options.defaultPort || agent.defaultPort || '';
  // Node itself reports an invalid host.
  if (typeof host !== 'string') return undefined;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const to = parseUrl(`${protocol}//${name}${port === '' ? '' : `:${port}`}`);
  // A host with other parts of a URL in it, such as `@`, is none.
  return to === undefined || to.href === `${to.origin}/` ? to : undefined;
}

/** What an agent knows about its connections. */
interface AgentDefaults {
  readonly protocol?: string;
  readonly defaultPort?: number;
}

type RequestHeaders = NonNullable<https.RequestOptions['headers']>;

/** Returns a copy of the headers with the values, in the form of the headers: an object, or an array. */
function headersWithValues(headers: RequestHeaders | undefined, to: URL): RequestHeaders {
  const pairs = withValues(headerPairs(headers), to);
  return Array.isArray(headers) ? (pairs.flat() as string[]) : (Object.fromEntries(pairs) as http.OutgoingHttpHeaders);
}

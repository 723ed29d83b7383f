/**
 * `fetch()` that carries the values of its caller.
 *
 * `fetch` follows redirects by itself, with the headers of the first request: a server that redirects to another origin
 * would pass the values on to it. Redirects are therefore followed here, as the Fetch Standard describes, and each
 * request carries only what its own destination may receive.
 *
 *     call ──▶ request to an allowed origin, with values ──▶ response
 *                  ▲                             │
 *                  │ allowed                     └─▶ redirect ──▶ elsewhere: request without values
 *                  └─────────────────────────────────────┘
 *
 * In a browser, a script cannot see where a response redirects to. There, a redirected GET or HEAD is sent again without
 * values, and the browser follows the redirect. A request that may have had an effect cannot be sent again: it fails.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
import { AsyncLocalStorage } from 'throughline';
import { invalidArgType } from '../errors.js';
import { inject } from '../index.js';
import { checkOptionNames } from '../option-names.js';
import { type AllowedOrigins, compileOrigins, parseUrl } from './allowed-origins.js';
import { withFlowSignal } from './flow-signal.js';
import { KeptBody } from './kept-body.js';

/** The options of `propagatingFetch()`. */
export interface PropagatingFetchOptions {
  /** The origins that receive values: `'anywhere'`, or a list of origins and of patterns for them. */
  to: AllowedOrigins;

  /** The function that sends the requests. Default: `globalThis.fetch`, as it is when a request is sent. */
  fetch?: typeof globalThis.fetch | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['to', 'fetch']);

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 20;

/** The headers that describe a body, which a redirect to GET removes. */
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type'];

/** The headers that are meant for one origin, which a redirect to another removes. */
const ORIGIN_HEADERS = ['authorization', 'cookie', 'host', 'proxy-authorization'];

/** The members of a `Request` that the requests after a redirect have too. */
const LASTING_MEMBERS = [
  'mode',
  'credentials',
  'cache',
  'referrer',
  'referrerPolicy',
  'integrity',
  'keepalive',
] as const satisfies readonly (keyof Request & keyof RequestInit)[];

/**
 * Creates a `fetch` function that sends the values of its caller to the origins that may receive them. A redirect to
 * another origin is followed without them. When the deadline of the caller passes, the request is aborted.
 *
 * In a browser, a GET or HEAD request that is redirected is sent twice, the second time without values, and another
 * request that is redirected rejects with a `TypeError`. A server of another origin must list the headers `baggage`,
 * `traceparent`, `tracestate` and that of the deadline in `Access-Control-Allow-Headers`.
 * @param options `to`, and optionally `fetch`
 * @returns a function with the parameters of `fetch`. It does not change the headers that it receives.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an option is invalid
 * @example
 * import { createServer } from 'node:http';
 * import { Propagated } from '@throughline/propagation';
 * import { propagatingFetch } from '@throughline/propagation/fetch';
 *
 * const tenant = new Propagated('tenant', { to: ['http://localhost:8080'] });
 * const server = createServer((request, response) => response.end(request.headers.baggage)).listen(8080);
 *
 * const fetch = propagatingFetch({ to: ['http://localhost:8080'] });
 * const response = await tenant.run('acme', () => fetch('http://localhost:8080/'));
 * console.log(await response.text()); // tenant=acme
 * server.close();
 * @see https://developer.mozilla.org/docs/Web/API/Window/fetch
 */
export function propagatingFetch(options: PropagatingFetchOptions): typeof globalThis.fetch {
  checkOptionNames('propagatingFetch()', options, OPTION_NAMES);
  const mayReceive = compileOrigins('propagatingFetch(): to', options.to);
  if (options.fetch !== undefined && typeof options.fetch !== 'function') {
    throw invalidArgType('propagatingFetch(): fetch', 'a function', options.fetch);
  }

  return async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const send = options.fetch ?? globalThis.fetch;
    const request = isRequest(input) ? input : undefined;
    const signal = withFlowSignal(init?.signal === undefined ? request?.signal : init.signal);
    const plain: RequestInit = { ...init, ...(signal !== undefined && { signal }) };
    const url = parseUrl(request === undefined ? String(input) : request.url, globalThis.location?.href);
    const mode = init?.mode ?? request?.mode;
    // A request without CORS has none of these headers, and an invalid URL is rejected by fetch itself.
    if (url === undefined || mode === 'no-cors' || mode === 'navigate' || !mayReceive(url)) return send(input, plain);

    // The code after an await of this function may run in another frame, in a page that does not follow native await.
    const runInFlow = AsyncLocalStorage.snapshot();
    const ownHeaders = init?.headers ?? request?.headers;
    const withValues = (to: URL, headers: HeadersInit | undefined) =>
      mayReceive(to) ? runInFlow(() => inject(new Headers(headers), { to })) : new Headers(headers);

    const redirect = init?.redirect ?? request?.redirect ?? 'follow';
    const headers = withValues(url, ownHeaders);
    if (redirect !== 'follow' || hasSameHeaders(headers, new Headers(ownHeaders))) {
      return send(input, { ...plain, headers });
    }
    const copy = init?.body == null && request?.body != null ? request.clone().body : null;
    const kept = copy === null ? undefined : new KeptBody(copy);
    try {
      const first = await send(input, { ...plain, headers, redirect: 'manual' });
      if (first.type === 'opaqueredirect') return await followOpaquely(send, input, plain, request);
      const hop: Hop = {
        url,
        method: init?.method ?? request?.method ?? 'GET',
        headers: new Headers(ownHeaders),
        body: init?.body ?? kept ?? null,
      };
      const lasting: RequestInit = { ...(request !== undefined && lastingMembersOf(request)), ...plain };
      return await followRedirects(first, hop, (next, body) =>
        send(next.url, {
          ...lasting,
          method: next.method,
          headers: withValues(next.url, next.headers),
          body,
          redirect: 'manual',
        }),
      );
    } finally {
      kept?.discard();
    }
  };
}

/** A request that may be redirected. Its headers are those of the caller, without values. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: BodyInit | KeptBody | null;
}

async function followRedirects(
  first: Response,
  start: Hop,
  sendTo: (hop: Hop, body: BodyInit | null) => Promise<Response>,
): Promise<Response> {
  let response = first;
  let hop = start;
  for (let count = 0; ; count++) {
    const location = REDIRECT_STATUSES.has(response.status) ? response.headers.get('location') : null;
    if (location === null) {
      // The last request was not redirected itself.
      return count === 0 ? response : Object.defineProperty(response, 'redirected', { value: true });
    }
    // The connection can be used again only if the body is not left unread.
    await response.body?.cancel();
    if (count === MAX_REDIRECTS) throw redirectError(hop, `was redirected more than ${MAX_REDIRECTS} times`);
    const next = redirectedHop(hop, response.status, location);
    const body = await repeatedBody(next);
    if (body === undefined) throw redirectError(hop, 'was redirected, and its body cannot be sent again');
    hop = next;
    response = await sendTo(hop, body);
  }
}

/** Returns the body of a request that is sent again, and undefined if it cannot be. */
async function repeatedBody({ body }: Hop): Promise<BodyInit | null | undefined> {
  if (body instanceof KeptBody) return body.read();
  return isStream(body) ? undefined : body;
}

function redirectedHop(from: Hop, status: number, location: string): Hop {
  const url = parseUrl(location, from.url);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw redirectError(from, `was redirected to ${JSON.stringify(location)}, which is no URL of HTTP`);
  }
  if (url.hash === '') url.hash = from.url.hash;
  const headers = new Headers(from.headers);
  if (url.origin !== from.url.origin) for (const name of ORIGIN_HEADERS) headers.delete(name);
  const method = from.method.toUpperCase();
  const becomesGet =
    status === 303 ? method !== 'GET' && method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST';
  if (becomesGet) {
    for (const name of BODY_HEADERS) headers.delete(name);
    return { url, method: 'GET', headers, body: null };
  }
  return { url, method: from.method, headers, body: from.body };
}

/** Follows a redirect whose destination the browser hides. */
function followOpaquely(
  send: typeof globalThis.fetch,
  input: RequestInfo | URL,
  plain: RequestInit,
  request: Request | undefined,
): Promise<Response> {
  const method = (plain.method ?? request?.method ?? 'GET').toUpperCase();
  if (method === 'GET' || method === 'HEAD') return send(input, plain);
  throw new TypeError(
    `A ${method} request that carries values was redirected. A browser does not reveal where to, so the values could reach ` +
      'another origin. Send the request to its final URL, or without values, with fetch() itself.',
  );
}

function redirectError({ method, url }: Hop, reason: string): TypeError {
  return new TypeError(`fetch failed: ${method} ${url.origin}${url.pathname} ${reason}.`);
}

/** Whether nothing was written, so that nothing has to be kept from another origin. */
function hasSameHeaders(headers: Headers, own: Headers): boolean {
  const pairs = [...headers];
  return pairs.length === [...own].length && pairs.every(([name, value]) => own.get(name) === value);
}

/** A Request of another realm, or of undici, is not an instance of the global class. */
function isRequest(input: RequestInfo | URL): input is Request {
  return typeof input === 'object' && 'url' in input && 'headers' in input;
}

function isStream(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    ('getReader' in body || (Symbol.asyncIterator in body && !('arrayBuffer' in body)))
  );
}

/** Some runtimes lack some of the members. */
function lastingMembersOf(request: Request): RequestInit {
  return Object.fromEntries(
    LASTING_MEMBERS.map((name) => [name, request[name]] as const).filter(([, value]) => value !== undefined),
  );
}

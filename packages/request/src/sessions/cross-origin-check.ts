/**
 * Refuses requests that another site makes a browser send with the session cookie (cross-site request forgery).
 *
 * A request is checked if it can change something. Its origin is read from what the browser itself states, so no token
 * is needed in forms:
 *
 *     GET, HEAD, OPTIONS, unless it opens a WebSocket ─▶ allowed
 *     Sec-Fetch-Site  same-origin, none               ─▶ allowed
 *                     same-site, cross-site           ─▶ refused, unless `Origin` is trusted
 *                     absent: Origin  absent          ─▶ allowed: not a browser
 *                                     that of the host─▶ allowed
 *                                     another         ─▶ refused, unless it is trusted
 *
 * This is the algorithm of Go's `http.CrossOriginProtection`, except for WebSockets: browsers let every site open one,
 * with the cookies of the user.
 *
 * @see https://pkg.go.dev/net/http#CrossOriginProtection
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
import { RequestError } from '../errors.js';
import type { Exchange } from '../scope/exchange.js';
import { withoutControls } from '../scope/without-controls.js';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Checks a request that carries a session cookie.
 * @param trustedOrigins the other origins that may send such requests
 * @returns the error if the request must be refused
 */
export function checkOrigin(exchange: Exchange, trustedOrigins: readonly string[]): RequestError | undefined {
  if (SAFE_METHODS.includes(exchange.method) && exchange.header('upgrade')?.toLowerCase() !== 'websocket') {
    return undefined;
  }
  const site = exchange.header('sec-fetch-site');
  const origin = exchange.header('origin');
  if (site === 'same-origin' || site === 'none') return undefined;
  if (!site && (!origin || isOriginOfHost(origin, exchange.host ?? exchange.header('host')))) return undefined;
  return origin !== undefined && trustedOrigins.includes(origin)
    ? undefined
    : crossOriginError(origin ?? 'another origin');
}

function isOriginOfHost(origin: string, host: string | undefined): boolean {
  if (host === undefined || /[/?#@\\]/.test(host) || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  // Parsing removes a port that is the default of the scheme. The scheme itself may have been changed by a proxy.
  const url = `${protocol}//${host}`;
  return URL.canParse(url) && new URL(url).host === originHost;
}

function crossOriginError(origin: string): RequestError {
  return new RequestError(
    'ERR_CROSS_ORIGIN',
    `A page of ${withoutControls(origin)} made a browser send this request with a session cookie, so it was refused. If that page may do so, ` +
      'add its origin to the option `trustedOrigins` of sessions(). If it is the origin of this application, a proxy has ' +
      'changed the header `host`: add the origin as well, or make the adapter trust the proxy.',
  );
}

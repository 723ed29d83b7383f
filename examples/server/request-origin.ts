import type { IncomingMessage } from 'node:http';

/**
 * Whether a request comes from a page of this server. Requests that change something must. Browsers report it in
 * `sec-fetch-site`, and older browsers send `origin`. A client that sends neither header is not a browser, so no other
 * site can make it send a user's cookie.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isSameOriginRequest({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

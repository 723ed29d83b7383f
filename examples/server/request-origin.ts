import type { IncomingMessage } from 'node:http';

/**
 * Whether a request that changes something comes from a page of this server. Browsers say so in `sec-fetch-site`, older
 * ones in `origin`; what sends neither is no browser, and brings no cookie but its own.
 */
export function isSameOriginRequest({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

/**
 * Who may see the page: only a browser on this machine whose address contains the token.
 *
 *     http://127.0.0.1:41234/<token>/…
 *
 * The token is part of the path and not a cookie, because a browser sends cookies to all ports of a host. The page tells
 * browsers not to send its address to other sites.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: 403 | 405;
  readonly reason: string;
}

export function createToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Checks a request before anything else looks at it.
 * @returns the path after the token, or why the request is refused
 */
export function checkRequest(request: IncomingMessage, token: string, port: number): string | Refusal {
  const { method, headers, url = '/' } = request;
  // A site whose name was made to resolve to this machine sends its own name.
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? '')) {
    return {
      status: 403,
      reason: `The inspector only serves http://127.0.0.1:${port}, which must be the Host of a request.`,
    };
  }
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) {
    return { status: 403, reason: 'The inspector only serves its own page, and no other origin.' };
  }
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (!['same-origin', 'none', undefined].includes(headers['sec-fetch-site']?.toString()) && !isNavigation) {
    return { status: 403, reason: 'The inspector only serves its own page, and no other site.' };
  }
  const [, given = '', path] = /^\/([^/?]*)(\/.*)?$/s.exec(url) ?? [];
  if (!isSame(given, token)) {
    return {
      status: 403,
      reason: 'The token in the address is missing or wrong. Open the address that the process has printed.',
    };
  }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, reason: 'The inspector only supports GET.' };
  return path ?? '';
}

/** Takes as long for a token whose beginning is right as for any other. */
function isSame(given: string, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}

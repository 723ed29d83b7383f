/** The requests that the test sends to the applications. */
import type { Part, RequestKind } from './registered-app.js';

/**
 * Sends a request with its id, on a connection of its own: a server may close one that is idle just when it is used again.
 * @returns the body of the response
 * @throws Error if the status is none of success
 */
export async function request(url: string, id: string, init: RequestInit = {}): Promise<string> {
  const headers = { ...init.headers, 'x-request-id': id, connection: 'close' };
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} has the status ${response.status}: ${text.slice(0, 500)}`);
  return text;
}

/** @param names what the test finds in the response */
export const parts = (...names: string[]): Part[] => names.map((name) => ({ name }));

export function get(title: string, path: string, ...names: string[]): RequestKind {
  return { title, parts: parts(...names), send: (origin, id) => request(origin + path, id) };
}

export function postJson(title: string, path: string, body: object, ...names: string[]): RequestKind {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return { title, parts: parts(...names), send: (origin, id) => request(origin + path, id, init) };
}

/** Sends a form, as a browser does. */
export function postForm(
  title: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  ...names: string[]
): RequestKind {
  const send = (origin: string, id: string) =>
    request(origin + path, id, { method: 'POST', headers: { ...headers, origin }, body: new FormData() });
  return { title, parts: parts(...names), send };
}

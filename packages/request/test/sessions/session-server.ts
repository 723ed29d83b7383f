/** A real server with sessions, and users who keep their cookies, for the tests. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpOptions, requestScope } from '@throughline/request/http';
import { type SessionOptions, sessions } from '@throughline/request/sessions';

export const SECRET = 'a secret of thirty-two characters';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The `set-cookie` headers. */
  readonly cookies: readonly string[];
}

/** Keeps cookies as a browser does, as far as the tests need it: by name, until they are taken back. */
export class User {
  readonly jar = new Map<string, string>();
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (this.jar.size > 0) headers.set('cookie', [...this.jar].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(`${this.#url}${path}`, { ...init, headers });
    const cookies = response.headers.getSetCookie();
    for (const cookie of cookies) this.keep(cookie);
    return { status: response.status, text: await response.text(), headers: response.headers, cookies };
  }

  keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split('; ');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (attributes.includes('Max-Age=0')) this.jar.delete(name);
    else this.jar.set(name, pair.slice(equals + 1));
  }
}

export interface SessionServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The lines that the sessions logged. */
  readonly lines: readonly string[];
  user(): User;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => unknown;

/** Starts a server on a free port; its handler's rejection is answered with a status of 500 and the error's code. */
export async function startSessionServer(
  handler: Handler,
  options: Partial<SessionOptions> = {},
  httpOptions: HttpOptions = {},
): Promise<SessionServer> {
  const lines: string[] = [];
  const log = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  const session = sessions({ secret: SECRET, log, ...options });
  const listener = requestScope(
    async (request, response) => {
      try {
        await handler(request, response, new URL(request.url ?? '', 'http://localhost'));
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
        if (!response.headersSent) response.statusCode = 500;
        response.end(code);
      }
    },
    { session, ...httpOptions },
  );
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    lines,
    user: () => new User(url),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A server of `node:http` with sessions, which the tests send real requests to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpOptions, requestScope } from '@throughline/request/http';
import { type SessionOptions, sessions } from '@throughline/request/sessions';
import { SessionUser } from './session-user.js';

export const SECRET = 'a secret of thirty-two characters';

export interface SessionServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The log of the sessions, one entry per line. */
  readonly logLines: readonly string[];
  /** Creates a user without cookies. */
  newUser(): SessionUser;
}

export type SessionHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => unknown;

/**
 * Starts a server on a free port. If the handler throws or rejects, the response has the status 500 and the code of the
 * error as its body.
 */
export async function startSessionServer(
  handler: SessionHandler,
  options: Partial<SessionOptions> = {},
  httpOptions: HttpOptions = {},
): Promise<SessionServer> {
  const logLines: string[] = [];
  const log = { warn: (line: string) => logLines.push(line), error: (line: string) => logLines.push(line) };
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
    logLines,
    newUser: () => new SessionUser(url),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

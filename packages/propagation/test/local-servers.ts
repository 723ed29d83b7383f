/** Servers of the tests: each has an origin of its own, and remembers the requests that it got. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface LocalServer {
  readonly origin: string;
  /** The requests that the server got, in their order. */
  readonly requests: ReceivedRequest[];
  close(): Promise<void>;
}

async function listen(server: Server): Promise<{ origin: string; close: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Starts a server with a listener. */
export async function startServer(listener: RequestListener): Promise<{ origin: string; close: () => Promise<void> }> {
  return listen(createServer(listener));
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

/**
 * Starts a server that responds with the request as JSON.
 *
 * | Path | Response |
 * | --- | --- |
 * | `/redirect?status=307&to=http://…` | a redirect; without `to`, one without a location |
 * | `/loop` | a redirect to itself |
 * | `/hang` | none |
 * | `/fail-once` | the connection is destroyed the first time |
 */
export async function startEchoServer(): Promise<LocalServer> {
  const requests: ReceivedRequest[] = [];
  let hasFailed = false;
  const { origin, close } = await startServer(async (request, response) => {
    const body = await readBody(request).catch(() => '');
    const { method = '', url = '', headers } = request;
    const received: ReceivedRequest = {
      method,
      path: url,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()])),
      body,
    };
    requests.push(received);
    const { pathname, searchParams } = new URL(url, 'http://server');
    if (pathname === '/hang') return;
    if (pathname === '/fail-once' && !hasFailed) {
      hasFailed = true;
      request.socket.destroy();
      return;
    }
    if (pathname === '/redirect' || pathname === '/loop') {
      const to = pathname === '/loop' ? '/loop' : searchParams.get('to');
      response.writeHead(Number(searchParams.get('status') ?? 302), to === null ? {} : { location: to });
      response.end('moved');
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(received));
  });
  return { origin, requests, close };
}

/** Returns the URL of a redirect. */
export function redirectFrom({ origin }: LocalServer, to: string, status = 302): string {
  return `${origin}/redirect?${new URLSearchParams({ status: String(status), to })}`;
}

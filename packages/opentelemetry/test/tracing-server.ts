/**
 * A server for a traced page: it serves the page, notes the header `traceparent` of each request, and receives spans as an
 * OpenTelemetry collector does, in OTLP as JSON. https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

interface ReceivedTraces {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[] }[];
}

export interface TracingServer {
  readonly origin: string;
  /** The spans that were received since the last call. */
  takeSpans(): ReceivedSpan[];
  /** By path, the header `traceparent` of the requests since the last call; undefined if a request had none. */
  takeRequests(): Map<string, string | undefined>;
  close(): Promise<void>;
}

/** @param files what the server serves, by path; every other path is a text */
export async function startTracingServer(files: Readonly<Record<string, string>>): Promise<TracingServer> {
  const spans: ReceivedSpan[] = [];
  const requests = new Map<string, string | undefined>();

  async function respond(request: IncomingMessage): Promise<{ type: string; body: string }> {
    const { pathname } = new URL(request.url ?? '/', 'http://server');
    if (pathname === '/v1/traces') {
      const { resourceSpans } = (await json(request)) as ReceivedTraces;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      return { type: 'application/json', body: '{}' };
    }
    const file = files[pathname];
    if (file !== undefined) return { type: pathname.endsWith('.js') ? 'text/javascript' : 'text/html', body: file };
    const { traceparent } = request.headers;
    if (pathname !== '/favicon.ico') requests.set(pathname, Array.isArray(traceparent) ? traceparent[0] : traceparent);
    return { type: 'text/plain', body: 'text' };
  }

  const server = createServer((request, response) => {
    respond(request).then(
      ({ type, body }) => response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    takeSpans: () => spans.splice(0),
    takeRequests() {
      const taken = new Map(requests);
      requests.clear();
      return taken;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

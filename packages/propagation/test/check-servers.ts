/** Sends requests to the servers that a runtime has, and checks what their handlers read. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestScope } from '@throughline/request/http';
import { checkRequests, propagation, readRequest, webHandlers } from './checked-handlers.js';

type Handler = (request: Request) => Response | Promise<Response>;

interface Server {
  readonly port: number;
  readonly close: () => unknown;
}

interface Runtimes {
  readonly Bun?: { serve(options: { port: number; fetch: Handler }): { port: number; stop(force: boolean): unknown } };
  readonly Deno?: {
    serve(
      options: { port: number; onListen: () => void },
      handler: Handler,
    ): { addr: { port: number }; shutdown(): unknown };
  };
}

/** Serves a handler with the runtime's own server. Node has none for a handler that receives a `Request`. */
function serve(handler: Handler): Server | undefined {
  const { Bun, Deno } = globalThis as Runtimes;
  if (Bun !== undefined) {
    const server = Bun.serve({ port: 0, fetch: handler });
    return { port: server.port, close: () => server.stop(true) };
  }
  if (Deno === undefined) return undefined;
  const server = Deno.serve({ port: 0, onListen: () => {} }, handler);
  return { port: server.addr.port, close: () => server.shutdown() };
}

async function serveWithNode(): Promise<Server> {
  const listener = requestScope(async (_request, response) => void response.end(await readRequest()), { propagation });
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** @returns a line that says how many requests read their own values */
export async function checkServers(): Promise<string> {
  let count = 0;
  for (const [name, handler] of Object.entries(webHandlers)) {
    const server = serve(handler);
    if (server === undefined) {
      count += await checkRequests(handler, `http://localhost/${name}`);
      continue;
    }
    count += await checkRequests(fetch, `http://127.0.0.1:${server.port}/${name}`);
    await server.close();
  }
  const server = await serveWithNode();
  count += await checkRequests(fetch, `http://127.0.0.1:${server.port}/node`);
  server.close();
  return `${count} requests read their own values`;
}

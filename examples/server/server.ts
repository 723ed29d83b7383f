/** The server, and its shop: the one place that gives a request its id. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { closeInnerConnections } from './async-steps.js';
import { createRequestId, requestId } from './request-id.js';
import { RequestLanes } from './request-lanes.js';
import { route, type ServerContext } from './routes.js';
import type { ShopMiddleware } from './shop-middleware.js';
import { SnapshotStream } from './snapshot-stream.js';
import { UserError } from './user-error.js';

export interface RunningServer {
  readonly port: number;
  readonly totals: RequestLanes['totals'];
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Without it there is no scope and no shop: the comparison measures storages and nothing else. */
  readonly shop?: ShopMiddleware;
  /** Is called for each request and lets it in; more storages can be given a value there. */
  readonly wrapRequest?: (letIn: () => void) => void;
}

/** @param wantedPort 0 lets the system choose */
export async function startServer(
  wantedPort: number,
  { shop, wrapRequest = (letIn) => letIn() }: ServerOptions = {},
): Promise<RunningServer> {
  const lanes = new RequestLanes();
  const live = new SnapshotStream(() => lanes.snapshot());
  const stop = new AbortController();

  const letIn = (request: IncomingMessage, response: ServerResponse) => {
    const id = sentId(request) ?? createRequestId();
    const recorder = lanes.recorder(id, shop?.currentUser());
    requestId.run(id, route, context, request, response, recorder).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`${error}\n`);
    });
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => wrapRequest(() => letIn(request, response));
  const server = createServer({ keepAliveTimeout: 60_000 }, shop?.wrapListener(listener) ?? listener);
  const port = await listen(server, wantedPort);
  const context: ServerContext = { lanes, live, port, shop, signal: stop.signal, pendingUsers: 0 };

  return {
    port,
    totals: lanes.totals,
    close: () =>
      new Promise((resolve) => {
        stop.abort();
        live.close();
        closeInnerConnections();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The id that the request brings along, if it comes from a server or a client that has given it one. */
function sentId({ headers }: IncomingMessage): number | undefined {
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && /^\d{1,9}$/.test(sent) ? Number(sent) : undefined;
}

/** Listens on the loopback address only: `localhost` leads there in every browser, and no other machine gets in. */
function listen(server: Server, wantedPort: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, wantedPort)));
    server.listen(wantedPort, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : wantedPort);
    });
  });
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  const choose = 'Choose another: PORT=8080 npm start (0 lets the system choose).';
  if (error.code === 'EADDRINUSE') return new UserError(`Port ${port} is taken. ${choose}`);
  if (error.code === 'EACCES') return new UserError(`This user may not listen on port ${port}. ${choose}`);
  return error;
}

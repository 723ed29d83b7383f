/** The server. It sets the id of each request once, when the request arrives. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { closeInnerConnections } from './async-steps.js';
import { sendError } from './error-response.js';
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
  /**
   * Without it, requests have no scope and there is no shop. The comparison omits it, to measure storages and nothing
   * else.
   */
  readonly shop?: ShopMiddleware;
  /**
   * Whether pages that play get users (default: always). `npm start` sends them none during its checks, whose figures they
   * would change: a page that is still open plays as soon as it reaches the new server.
   */
  readonly isPlayable?: () => boolean;
  /** Called for each request, and must call `handleRequest`. The comparison sets more storages around that call. */
  readonly wrapRequest?: (handleRequest: () => void) => void;
}

/**
 * @param requestedPort 0 lets the system choose a port
 * @throws {UserError} if the port is in use or not permitted
 */
export async function startServer(
  requestedPort: number,
  { shop, isPlayable = () => true, wrapRequest = (handleRequest) => handleRequest() }: ServerOptions = {},
): Promise<RunningServer> {
  const lanes = new RequestLanes();
  const live = new SnapshotStream(() => lanes.snapshot());
  const stop = new AbortController();

  const handleRequest = (request: IncomingMessage, response: ServerResponse) => {
    const id = incomingId(request) ?? createRequestId();
    const recorder = lanes.createRecorder(id, shop?.currentUser());
    requestId.run(id, route, context, request, response, recorder).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      sendError(request, response, {
        status: 500,
        title: 'The server failed',
        reason: `${error}`,
        remedy: 'Try again, or restart npm start.',
      });
    });
  };
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    wrapRequest(() => handleRequest(request, response));
  const server = createServer({ keepAliveTimeout: 60_000 }, shop?.wrapListener(listener) ?? listener);
  const port = await listen(server, requestedPort);
  const context: ServerContext = { lanes, live, port, shop, isPlayable, signal: stop.signal, activeUsers: 0 };

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

/** The id in the `x-request-id` header, if the client sent a valid one. */
function incomingId({ headers }: IncomingMessage): number | undefined {
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && /^\d{1,9}$/.test(sent) ? Number(sent) : undefined;
}

/** Listens on the loopback address, which `localhost` resolves to in every browser. No other machine can connect. */
function listen(server: Server, requestedPort: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explainListenError(error, requestedPort)));
    server.listen(requestedPort, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : requestedPort);
    });
  });
}

function explainListenError(error: NodeJS.ErrnoException, port: number): Error {
  const remedy = 'Choose another: PORT=8080 npm start (0 lets the system choose).';
  if (error.code === 'EADDRINUSE') return new UserError(`Port ${port} is in use. ${remedy}`);
  if (error.code === 'EACCES') return new UserError(`This user may not listen on port ${port}. ${remedy}`);
  return error;
}

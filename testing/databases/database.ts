/** A database server that a test starts for itself, with an empty folder and a free port, and ends whatever happens. */
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';

export interface Database extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends the server as if the machine had failed; what it stored on the disk stays. */
  stop(): Promise<void>;
  /** Starts it again, at the same address. */
  start(): Promise<void>;
}

/** Where a server cannot be started: why, for the test to print. */
export interface Missing {
  readonly missing: string;
}

export function isMissing(database: Database | Missing): database is Missing {
  return 'missing' in database;
}

/** A port that is free now; servers that cannot choose one themselves are given it. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('A server that listens has no port.');
  return address.port;
}

const PATIENCE_MS = 60_000;

/**
 * Waits until a server answers.
 * @param ask tries once, and rejects while the server is not ready
 * @param ended what the server has said, once it has ended
 */
export async function answering(ask: () => Promise<unknown>, ended: () => string | undefined): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      const said = ended();
      if (said !== undefined) throw new Error(`A database server has ended instead of starting: ${said}`);
      if (Date.now() > end) throw new Error('A database server does not answer.', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Whether anybody listens on a port. */
export async function connecting(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

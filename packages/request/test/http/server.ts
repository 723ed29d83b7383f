/** Starts and closes the servers of the tests. */
import type { Server } from 'node:http';
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** The address of a server on this machine. */
export interface ServerAddress {
  readonly port: number;
  /** Default: `http`, which is HTTP/1.1. */
  readonly protocol?: 'http' | 'http2';
}

/** A server that the test must close. */
export interface RunningServer extends ServerAddress {
  close(): Promise<unknown>;
}

/** Starts a server of `node:http` on a free port. */
export async function listen(server: Server): Promise<RunningServer> {
  await listenOnFreePort(server);
  return {
    port: portOf(server),
    close: () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Starts a server of `node:http2` on a free port, without TLS. */
export async function listenHttp2(server: Http2Server): Promise<RunningServer> {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  await listenOnFreePort(server);
  return {
    port: portOf(server),
    protocol: 'http2',
    close: () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions) session.destroy();
      return closed;
    },
  };
}

/** Calls `use` with a server, and closes the server afterwards, even if `use` fails. */
export async function withServer(
  starting: Promise<RunningServer>,
  use: (server: RunningServer) => Promise<unknown>,
): Promise<void> {
  const server = await starting;
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

async function listenOnFreePort(server: Server | Http2Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

function portOf(server: Server | Http2Server): number {
  // The address is a string only for a pipe, and null only for a server that is not listening.
  return (server.address() as AddressInfo).port;
}

/** Where a server of the battery is, and how one of Node's is started and ended. */
import type { Server } from 'node:http';
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A server to drive; over HTTP/1.1 unless it says otherwise. */
export interface ServerAddress {
  readonly port: number;
  readonly protocol?: 'http' | 'http2';
}

/** A server that the battery ends when it is done. */
export interface RunningServer extends ServerAddress {
  close(): Promise<unknown>;
}

/** Has a server of `node:http` listen. */
export async function listen(server: Server): Promise<RunningServer> {
  await started(server);
  return {
    port: portOf(server),
    close: () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Has a server of `node:http2` listen, without TLS. */
export async function listenHttp2(server: Http2Server): Promise<RunningServer> {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  await started(server);
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

/** Uses a server and ends it, also on failure. */
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

async function started(server: Server | Http2Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

function portOf(server: Server | Http2Server): number {
  // Only a pipe's address is a string, and only a server that does not listen has none.
  return (server.address() as AddressInfo).port;
}

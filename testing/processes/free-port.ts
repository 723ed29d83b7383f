/** Finds a free TCP port, for programs that cannot choose a port themselves or do not report the one they chose. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Returns a TCP port on 127.0.0.1 that no process is listening on.
 *
 * The port is not reserved: another process can bind it before the caller does. If a program can bind port 0 and report
 * the result, prefer that; otherwise start it again on another port if it cannot bind this one.
 */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('A listening TCP server has no port.');
  return address.port;
}

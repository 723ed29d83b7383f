/** Servers that listen on a port of the loopback interface for as long as a case needs them, and end whatever happens. */
import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * Lets `server` listen on a free port while `use` runs.
 * @param listen calls what it is given, in the frame in which the server is to listen
 */
export async function listening<T>(
  server: Server,
  use: (port: number) => Promise<T>,
  listen: (start: () => void) => void = (start) => start(),
): Promise<T> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    listen(() => server.listen(0, '127.0.0.1', resolve));
  });
  try {
    // Only a server that listens on a path has a string for its address.
    return await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

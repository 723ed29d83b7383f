/**
 * Servers that listen on a port of the loopback interface while a case needs them, and that are always closed
 * afterwards.
 */
import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * Makes a server listen on a free port of 127.0.0.1, calls `use`, then closes the server and every connection to it.
 *
 * @param server the server, which must not be listening yet
 * @param use called with the port; the server is closed when its promise settles
 * @param listen called with a function that calls `server.listen()`; calls this function in the frame in which the
 * server should listen; default: the current frame
 * @returns the result of `use`
 */
export async function whileListening<T>(
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
    // The address is a string only if the server listens on a path.
    return await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

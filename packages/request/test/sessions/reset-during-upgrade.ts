/** A client that resets its connection while the session for its upgrade is being loaded. */
import { connect } from 'node:net';
import type { DeferredSessions } from './deferred-sessions.js';

/**
 * Requests a WebSocket, and resets the connection once its session is being loaded. Resolves when the server has
 * noticed.
 */
export async function resetDuringUpgrade(sessions: DeferredSessions, port: number, path = '/'): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  try {
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await sessions.requested;
    socket.resetAndDestroy();
    await Promise.race([sessions.closed, rejectOnAbort(AbortSignal.timeout(10_000))]);
  } finally {
    socket.destroy();
  }
}

/** A server with the fault that this test detects may never report that the client has disconnected. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

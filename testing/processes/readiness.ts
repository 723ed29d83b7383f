/** Waiting for a server that has just been started to accept connections. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** The time in which a server must be ready, unless its caller allows more. */
const START_TIMEOUT_MS = 60_000;
const RETRY_INTERVAL_MS = 20;

/**
 * Repeats a probe until it succeeds.
 *
 * @param probe makes one attempt to use the server; rejects while the server is not ready
 * @param outputAfterExit returns the output of the server once its process has exited, and `undefined` while it runs
 * @param timeoutMs the time in which a probe must succeed, in milliseconds
 * @throws {Error} if the process exits before the probe succeeds, or if no probe succeeds in time
 */
export async function waitUntilReady(
  probe: () => Promise<unknown>,
  outputAfterExit: () => string | undefined,
  timeoutMs = START_TIMEOUT_MS,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      const output = outputAfterExit();
      if (output !== undefined) throw new Error(`The server exited before it was ready. Its output: ${output}`);
      if (Date.now() > deadline) {
        throw new Error(`The server was not ready after ${timeoutMs} ms.`, { cause: error });
      }
      await delay(RETRY_INTERVAL_MS);
    }
  }
}

/** Resolves if a server on 127.0.0.1 accepts a TCP connection on the port, and rejects if the connection is refused. */
export async function probeTcpPort(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

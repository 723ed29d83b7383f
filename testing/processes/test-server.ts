/**
 * A server, such as a database, that a test starts for itself on a free port and that never outlives the test process.
 */
import type { DataDirectory } from './data-directory.js';
import { type ServerCommand, ServerProcess } from './server-process.js';

/** A running server. Disposing of it kills the server and removes its files. */
export interface TestServer extends AsyncDisposable {
  /** The URL that a client connects to. */
  readonly url: string;
  /** The TCP port on 127.0.0.1. */
  readonly port: number;
  /** What the server has printed most recently, up to 4000 characters. */
  readonly output: string;
  /** Kills the server, as a failure of its machine would. Its files remain. */
  stop(): Promise<void>;
  /** Starts the server again, at the same URL and with the same files. Resolves once it is ready. */
  start(): Promise<void>;
}

export interface TestServerOptions extends ServerCommand {
  readonly url: string;
  readonly port: number;
  /** The directory of the server's files, which is removed with the server. */
  readonly dataDirectory?: DataDirectory;
}

/**
 * Starts a server and resolves once it is ready.
 *
 * @throws {Error} if the server exits or is not ready in time; its process and its data directory are gone by then
 */
export async function startTestServer({
  url,
  port,
  dataDirectory,
  ...command
}: TestServerOptions): Promise<TestServer> {
  const server = new ServerProcess(command);
  const dispose = async () => {
    await server.kill();
    await dataDirectory?.remove();
  };
  try {
    await server.start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    url,
    port,
    get output() {
      return server.output;
    },
    start: () => server.start(),
    stop: () => server.kill(),
    [Symbol.asyncDispose]: dispose,
  };
}

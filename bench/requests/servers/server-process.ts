/** The parent's side of a server in its own process (server-program.ts). */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Variant } from '../subjects/variants.js';
import type { FrameworkName } from './frameworks.js';
import type { ServerReady, ServerState, StateRequest } from './server-program.js';

const SERVER_PROGRAM = fileURLToPath(new URL('./server-program.js', import.meta.url));

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ready: ServerReady;
  readonly #description: string;

  private constructor(child: ChildProcess, ready: ServerReady, description: string) {
    this.#child = child;
    this.#ready = ready;
    this.#description = description;
  }

  /** @param binary the Node that runs the server */
  static async start(framework: FrameworkName, variant: Variant, binary: string): Promise<ServerProcess> {
    const description = `The server on ${framework}, variant ${variant},`;
    const child = fork(SERVER_PROGRAM, [framework, variant], { execPath: binary, execArgv: ['--expose-gc'] });
    try {
      // The first message of server-program.ts is a ServerReady.
      return new ServerProcess(child, (await nextMessage(child, description)) as ServerReady, description);
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  get port(): number {
    return this.#ready.port;
  }

  /** Version of the Node that runs the server. */
  get version(): string {
    return this.#ready.version;
  }

  async readState(request: StateRequest): Promise<ServerState> {
    const message = nextMessage(this.#child, this.#description);
    this.#child.send(request);
    // All further messages of server-program.ts are ServerStates.
    return (await message) as ServerState;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }
}

function nextMessage(child: ChildProcess, description: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const removeListeners = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
    };
    const onMessage = (message: unknown) => {
      removeListeners();
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null) => {
      removeListeners();
      reject(new Error(`${description} exited with ${signal ?? `code ${code}`}.`));
    };
    const onError = (error: Error) => {
      removeListeners();
      reject(new Error(`${description} did not start: ${error.message}`));
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', onError);
  });
}

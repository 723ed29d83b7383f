/**
 * The parent's side of a server in its own process. The first message of its program says where it listens. Afterwards, it
 * responds to each message with its state.
 */
import { type ChildProcess, type ForkOptions, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';

export interface ServerReady {
  readonly port: number;
  /** Version of the Node that runs the server. */
  readonly version: string;
}

/** A state is requested with a `StateRequest`, and comes as a `State`. */
export class ServerProcess<StateRequest extends Serializable, State> {
  readonly port: number;
  readonly version: string;
  readonly #child: ChildProcess;
  readonly #description: string;

  private constructor(child: ChildProcess, { port, version }: ServerReady, description: string) {
    this.port = port;
    this.version = version;
    this.#child = child;
    this.#description = description;
  }

  /**
   * @param program the path of the program; its messages must be of these types
   * @param description the beginning of the sentence about a program that fails
   * @throws {Error} if the program exits before it listens
   */
  static async start<StateRequest extends Serializable, State>(
    program: string,
    args: readonly string[],
    options: ForkOptions,
    description: string,
  ): Promise<ServerProcess<StateRequest, State>> {
    const child = fork(program, args, options);
    try {
      return new ServerProcess(child, (await nextMessage(child, description)) as ServerReady, description);
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  async readState(request: StateRequest): Promise<State> {
    const message = nextMessage(this.#child, this.#description);
    this.#child.send(request);
    return (await message) as State;
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

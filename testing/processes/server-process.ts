/** The process of a server that can be killed and started again with the same arguments. */
import { type ManagedChild, startChild } from './child-process.js';
import type { ServerUser } from './data-directory.js';
import { waitUntilReady } from './readiness.js';

/** How many of the most recent characters of the server's output are kept. */
const OUTPUT_LENGTH = 4000;

export interface ServerCommand {
  /** The absolute path of the program. */
  readonly path: string;
  readonly args: readonly string[];
  /** The account to run as. Defaults to the account of this process. */
  readonly user?: ServerUser;
  /** The directory to run in, and the environment variables. Default to those of this process. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The time in which the server must be ready, in milliseconds. Default: 60 seconds. */
  readonly startTimeoutMs?: number;
  /** Makes one attempt to use the server. Rejects while the server is not ready. */
  probe(): Promise<unknown>;
}

export class ServerProcess {
  readonly #command: ServerCommand;
  #child: ManagedChild | undefined;
  #output = '';

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  /** Starts the server and resolves once it is ready. */
  async start(): Promise<void> {
    const { path, args, user, probe, cwd, env, startTimeoutMs } = this.#command;
    const child = startChild(path, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
    });
    this.#child = child;
    this.#output = '';
    let outputAfterExit: string | undefined;
    const collect = (chunk: Buffer) => {
      this.#output = `${this.#output}${chunk}`.slice(-OUTPUT_LENGTH);
    };
    child.process.stdout?.on('data', collect);
    child.process.stderr?.on('data', collect);
    child.process.on('error', (error) => {
      outputAfterExit = String(error);
    });
    child.process.on('exit', () => {
      outputAfterExit ??= this.#output;
    });
    await waitUntilReady(probe, () => outputAfterExit, startTimeoutMs);
  }

  /** What the server has printed most recently. */
  get output(): string {
    return this.#output;
  }

  /** Kills the server. Does nothing if it is not running. */
  async kill(): Promise<void> {
    await this.#child?.kill();
  }
}

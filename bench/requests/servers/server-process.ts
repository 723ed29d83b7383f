/** A server in a process of its own, as its parent sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Variant } from '../subjects/variants.js';
import type { FrameworkName } from './frameworks.js';
import type { Question, Ready, State } from './server-program.js';

const PROGRAM = fileURLToPath(new URL('./server-program.js', import.meta.url));

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ready: Ready;
  readonly #name: string;

  private constructor(child: ChildProcess, ready: Ready, name: string) {
    this.#child = child;
    this.#ready = ready;
    this.#name = name;
  }

  /** @param binary the Node to run it with */
  static async start(framework: FrameworkName, variant: Variant, binary: string): Promise<ServerProcess> {
    const name = `the server on ${framework}, ${variant}`;
    const child = fork(PROGRAM, [framework, variant], { execPath: binary, execArgv: ['--expose-gc'] });
    try {
      // What served-process.ts sends first.
      return new ServerProcess(child, (await nextMessage(child, name)) as Ready, name);
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  get port(): number {
    return this.#ready.port;
  }

  get version(): string {
    return this.#ready.version;
  }

  async ask(question: Question): Promise<State> {
    const answer = nextMessage(this.#child, this.#name);
    this.#child.send(question);
    // What served-process.ts answers.
    return (await answer) as State;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

function nextMessage(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
    };
    const onMessage = (message: unknown) => {
      stop();
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null) => {
      stop();
      reject(new Error(`${name} ended with ${signal ?? `code ${code}`}`));
    };
    const onError = (error: Error) => {
      stop();
      reject(new Error(`${name} did not start: ${error.message}`));
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', onError);
  });
}

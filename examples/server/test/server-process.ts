/**
 * Runs `npm start` in its own process for the tests. Its sessions are stored in a folder that is deleted with this
 * process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.js', import.meta.url));
const temporaryFolder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
process.on('exit', () => rmSync(temporaryFolder, { recursive: true, force: true }));

export interface ProcessResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [main, ...args], {
      env: {
        ...process.env,
        PORT: '0',
        REDIS_URL: '',
        SESSION_SECRET: '',
        THROUGHLINE_STORAGE: '',
        TMPDIR: temporaryFolder,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Unlike 'exit', 'close' waits until the processes that the server started have closed the pipes as well.
    this.#closed = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stdout += chunk;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
    });
  }

  /** Waits until stdout matches the pattern. */
  async waitForOutput(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = this.#stdout.match(pattern);
      if (match) return match;
      const hasMoreOutput = this.#child.stdout ? once(this.#child.stdout, 'data').then(() => true) : false;
      if (!(await Promise.race([hasMoreOutput, this.#closed.then(() => false)]))) {
        throw new Error(`The process exited before it printed ${pattern}:\n${this.#stdout}\n${this.#stderr}`);
      }
    }
  }

  /**
   * Waits until the checks are done and the server waits for visitors.
   * @returns its port
   */
  async waitUntilServing(): Promise<number> {
    const [, port] = await this.waitForOutput(/http:\/\/localhost:(\d+) shows the requests in flight/);
    return Number(port);
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  async waitForExit(): Promise<ProcessResult> {
    await this.#closed;
    return { code: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Sends a signal and waits for the exit. */
  kill(signal: NodeJS.Signals): Promise<ProcessResult> {
    this.#child.kill(signal);
    return this.waitForExit();
  }
}

export async function runToExit(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProcessResult> {
  return new ServerProcess(args, env).waitForExit();
}

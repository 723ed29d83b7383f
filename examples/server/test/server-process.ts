/** `npm start` as a process of its own, for the tests: its sessions are kept in a folder that goes with the tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.js', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'throughline-test-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

export interface ProcessResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
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
        TMPDIR: temporary,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Not 'exit': the pipes close only when the processes that it has started itself are gone as well.
    this.#ended = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stdout += chunk;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
    });
  }

  /** Waits until the output has it. */
  async waitForOutput(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const found = this.#stdout.match(pattern);
      if (found) return found;
      const more = this.#child.stdout ? once(this.#child.stdout, 'data').then(() => true) : false;
      if (!(await Promise.race([more, this.#ended.then(() => false)]))) {
        throw new Error(`ended before it waitForOutput ${pattern}:\n${this.#stdout}\n${this.#stderr}`);
      }
    }
  }

  /** The port, once the server waits for visitors. */
  async waitUntilServing(): Promise<number> {
    const [, port] = await this.waitForOutput(/http:\/\/localhost:(\d+) shows the requests in flight/);
    return Number(port);
  }

  get stderr(): string {
    return this.#stderr;
  }

  async waitForExit(): Promise<ProcessResult> {
    await this.#ended;
    return { code: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  kill(signal: NodeJS.Signals): Promise<ProcessResult> {
    this.#child.kill(signal);
    return this.waitForExit();
  }
}

export async function runToExit(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProcessResult> {
  return new ServerProcess(args, env).waitForExit();
}

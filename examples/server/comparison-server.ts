/** A server of the comparison, which runs in its own process, as seen by the parent process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StorageName } from './options.js';
import { sendWorkTraffic } from './work-traffic.js';

const program = fileURLToPath(new URL('comparison-server-process.js', import.meta.url));

const USERS = 32;

export interface Measurement {
  /** Requests per second. */
  readonly rate: number;
  /** The CPU time that the server spent per request, in milliseconds. */
  readonly cost: number;
  readonly mixedUp: number;
}

export class ComparisonServer {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #port: Promise<number>;
  readonly #signal: AbortSignal;
  #nextId = 0;

  constructor(storage: StorageName, storages: number, signal: AbortSignal) {
    this.#signal = signal;
    this.#child = fork(program, [`${storages}`], {
      env: { ...process.env, THROUGHLINE_STORAGE: storage },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit').catch(() => {});
    this.#port = this.#nextNumber();
    // If another server fails first, this promise is never awaited. Its rejection must not end the process.
    this.#port.catch(() => {});
  }

  /** Sends `requests` requests and measures them. */
  async measure(requests: number, onResponse: () => void): Promise<Measurement> {
    const port = await this.#port;
    const createId = () => this.#nextId++;
    const load = { port, path: '/work', requests, users: USERS, initialUsers: USERS, createId, onResponse };
    const before = await this.#cpuTime();
    const { seconds, mixedUp } = await sendWorkTraffic({ ...load, signal: this.#signal });
    const cost = ((await this.#cpuTime()) - before) / requests;
    return { rate: requests / seconds, cost, mixedUp };
  }

  async close(): Promise<void> {
    this.#child.kill();
    await this.#exited;
  }

  /** @returns the CPU time that the server has used so far, in milliseconds */
  #cpuTime(): Promise<number> {
    const time = this.#nextNumber();
    this.#child.send('cpu time');
    return time;
  }

  /** Waits for the next message of the child process, which is always a number. */
  #nextNumber(): Promise<number> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('A server of the comparison exited too early.'));
      this.#child.once('exit', onExit);
      this.#child.once('error', reject);
      this.#child.once('message', (message) => {
        this.#child.off('exit', onExit);
        this.#child.off('error', reject);
        resolve(Number(message));
      });
    });
  }
}

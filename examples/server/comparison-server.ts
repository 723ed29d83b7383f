/** A server of the comparison, in a process of its own, as its parent sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StorageName } from './options.js';
import { sendWorkTraffic } from './work-traffic.js';

const program = fileURLToPath(new URL('comparison-server-process.js', import.meta.url));

const USERS = 32;

export interface Measurement {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds of processor time that the server spent on a request. */
  readonly cost: number;
  readonly mixedUp: number;
}

export class ComparisonServer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #port: Promise<number>;
  readonly #signal: AbortSignal;
  #nextId = 0;

  constructor(storage: StorageName, storages: number, signal: AbortSignal) {
    this.#signal = signal;
    this.#child = fork(program, [`${storages}`], {
      env: { ...process.env, THROUGHLINE_STORAGE: storage },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#ended = once(this.#child, 'exit').catch(() => {});
    this.#port = this.#message();
    // Where another one fails first, nobody asks for the port.
    this.#port.catch(() => {});
  }

  /** Sends so many requests. */
  async measure(requests: number, onResponse: () => void): Promise<Measurement> {
    const port = await this.#port;
    const load = {
      port,
      path: '/work',
      requests,
      users: USERS,
      initialUsers: USERS,
      createId: () => this.#nextId++,
      onResponse,
    };
    const before = await this.#processorTime();
    const { seconds, mixedUp } = await sendWorkTraffic({ ...load, signal: this.#signal });
    const cost = ((await this.#processorTime()) - before) / requests;
    return { rate: requests / seconds, cost, mixedUp };
  }

  async close(): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }

  #processorTime(): Promise<number> {
    const answer = this.#message();
    this.#child.send('processor time');
    return answer;
  }

  /** The next number that the child sends. */
  #message(): Promise<number> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('A server of the comparison has ended too soon.'));
      this.#child.once('exit', ended);
      this.#child.once('error', reject);
      this.#child.once('message', (message) => {
        this.#child.off('exit', ended);
        this.#child.off('error', reject);
        resolve(Number(message));
      });
    });
  }
}

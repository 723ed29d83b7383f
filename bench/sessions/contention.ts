/** Measures what it costs if many requests write one session at once, in two processes that share a store. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isNotInstalled, type NotInstalled, startPostgres, startRedis } from '@throughline/testing/databases';
import { killWithThisProcess } from '@throughline/testing/processes';
import type { StoreName } from './counted-stores.js';

const PROGRAM = fileURLToPath(new URL('session-process.js', import.meta.url));

export interface Contention {
  readonly writerCount: number;
  /** How many of the writers were saved: those with the status 200. */
  readonly savedCount: number;
  /** How many writes the session contains afterwards. */
  readonly writesInSession: number;
  readonly commandsPerWrite: number;
  readonly milliseconds: number;
}

/** Two processes that share a store. */
export class SharedSessions implements AsyncDisposable {
  readonly #processes: readonly SessionProcess[];
  readonly #stopStore: () => PromiseLike<void>;

  private constructor(processes: readonly SessionProcess[], stopStore: () => PromiseLike<void>) {
    this.#processes = processes;
    this.#stopStore = stopStore;
  }

  static async start(name: StoreName): Promise<SharedSessions | NotInstalled> {
    const opened = await startStore(name);
    if (isNotInstalled(opened)) return opened;
    // One after another: two adapters that create their table at the same time can fail.
    const first = await SessionProcess.start(name, opened.address);
    await first.send('');
    return new SharedSessions([first, await SessionProcess.start(name, opened.address)], opened.stop);
  }

  /** Writes one new session from both processes at once. Half of the writers use each process. */
  async measure(writerCount: number): Promise<Contention> {
    const [first, second] = this.#processes as [SessionProcess, SessionProcess];
    const { cookie } = await first.send('');
    const commandsBefore = (await first.commandCount()) + (await second.commandCount());
    const start = performance.now();
    const writers = Array.from({ length: writerCount }, (_, i) => (i % 2 ? first : second).send(cookie));
    const statuses = (await Promise.all(writers)).map(({ status }) => status);
    const milliseconds = performance.now() - start;
    const commands = (await first.commandCount()) + (await second.commandCount()) - commandsBefore;
    const { text } = await first.send(cookie);
    return {
      writerCount,
      savedCount: statuses.filter((status) => status === 200).length,
      // Without the one that began the session and the one that reads it here.
      writesInSession: Number(text) - 2,
      commandsPerWrite: commands / writerCount,
      milliseconds,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) await process.stop();
    await this.#stopStore();
  }
}

interface StartedStore {
  readonly address: string;
  stop(): PromiseLike<void>;
}

async function startStore(name: StoreName): Promise<StartedStore | NotInstalled> {
  if (name === 'SQLite') {
    const directory = await mkdtemp(join(tmpdir(), 'throughline-sessions-'));
    return { address: join(directory, 'sessions.sqlite'), stop: () => rm(directory, { recursive: true, force: true }) };
  }
  const server = await (name === 'PostgreSQL' ? startPostgres() : startRedis());
  if (isNotInstalled(server)) return server;
  return { address: server.url, stop: () => server[Symbol.asyncDispose]() };
}

class SessionProcess {
  readonly #child: ChildProcess;
  readonly #port: number;
  // As many connections as there are writers: none of them waits for another one here.
  readonly #agent = new Agent({ keepAlive: true });
  readonly #stopWatching: () => void;

  private constructor(child: ChildProcess, port: number, stopWatching: () => void) {
    this.#child = child;
    this.#port = port;
    this.#stopWatching = stopWatching;
  }

  static async start(name: StoreName, address: string): Promise<SessionProcess> {
    const child = fork(PROGRAM, [name, address], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true });
    const stopWatching = killWithThisProcess(child);
    const [{ port }] = await once(child, 'message');
    return new SessionProcess(child, port, stopWatching);
  }

  async commandCount(): Promise<number> {
    const reply = once(this.#child, 'message');
    this.#child.send('count');
    const [{ commandCount }] = await reply;
    return commandCount;
  }

  send(cookie: string): Promise<{ status: number | undefined; cookie: string; text: string }> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, agent: this.#agent, headers: cookie ? { cookie } : {} };
      get(options, async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        const [newCookie = ''] = response.headers['set-cookie']?.[0]?.split(';') ?? [];
        resolve({ status: response.statusCode, cookie: newCookie, text });
      }).on('error', reject);
    });
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
    this.#stopWatching();
  }
}

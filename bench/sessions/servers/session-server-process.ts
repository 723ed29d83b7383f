/** The parent's side of a server with sessions in its own process (session-server-program.ts). */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Access } from './session-route.js';
import type { SessionSubject } from './session-server-contract.js';
import type { SessionServerReady, SessionServerState } from './session-server-program.js';

const SERVER_PROGRAM = fileURLToPath(new URL('./session-server-program.js', import.meta.url));

export type SessionFramework = 'express' | 'fastify';

export class SessionServerProcess {
  readonly #child: ChildProcess;
  readonly #ready: SessionServerReady;

  private constructor(child: ChildProcess, ready: SessionServerReady) {
    this.#child = child;
    this.#ready = ready;
  }

  /**
   * @param binary the Node that runs the server
   * @param redisUrl the store; default: the memory of the server
   */
  static async start(
    framework: SessionFramework,
    subject: SessionSubject,
    access: Access,
    binary: string,
    redisUrl?: string,
  ): Promise<SessionServerProcess> {
    const args = [framework, subject, access, ...(redisUrl === undefined ? [] : [redisUrl])];
    const child = fork(SERVER_PROGRAM, args, { execPath: binary });
    try {
      // The first message of session-server-program.ts is a SessionServerReady.
      return new SessionServerProcess(child, (await nextMessage(child, args.join(' '))) as SessionServerReady);
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

  async readState(): Promise<SessionServerState> {
    const message = nextMessage(this.#child, 'measured');
    this.#child.send('state');
    // All further messages of session-server-program.ts are SessionServerStates.
    return (await message) as SessionServerState;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }
}

async function nextMessage(child: ChildProcess, description: string): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    const exit = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`The server with sessions (${description}) exited with code ${code}.`);
    });
    const [message] = await Promise.race([once(child, 'message', { signal }), exit]);
    return message;
  } finally {
    waiting.abort();
  }
}

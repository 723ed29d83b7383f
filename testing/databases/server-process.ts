/** The process of a database server, which keeps what the server says. */
import { type Child, startChild } from '../processes/child.js';
import { answering } from './database.js';
import type { ServerUser } from './server-folder.js';

export class ServerProcess {
  readonly #path: string;
  readonly #args: readonly string[];
  readonly #user: ServerUser;
  readonly #ask: () => Promise<unknown>;
  #child: Child | undefined;

  /** @param ask rejects until the server answers */
  constructor(path: string, args: readonly string[], user: ServerUser, ask: () => Promise<unknown>) {
    this.#path = path;
    this.#args = args;
    this.#user = user;
    this.#ask = ask;
  }

  async start(): Promise<void> {
    const child = startChild(this.#path, this.#args, { stdio: ['ignore', 'pipe', 'pipe'], ...this.#user });
    this.#child = child;
    let said = '';
    let ended: string | undefined;
    const keep = (text: Buffer) => {
      said = `${said}${text}`.slice(-4000);
    };
    child.process.stdout?.on('data', keep);
    child.process.stderr?.on('data', keep);
    child.process.on('error', (error) => {
      ended = String(error);
    });
    child.process.on('exit', () => {
      ended ??= said;
    });
    await answering(this.#ask, () => ended);
  }

  async stop(): Promise<void> {
    await this.#child?.end();
  }
}

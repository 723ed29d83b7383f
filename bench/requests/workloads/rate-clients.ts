/**
 * The load of a measurement: a number of users, each with a bare socket of its own, who sends the next request when the last
 * is answered. Nothing is pipelined, since a server that reads several requests at once does less for each.
 */
import { connect, type Socket } from 'node:net';
import { USER_HEADER } from '../servers/server-contract.js';

const USERS = 32;

/** How an answer ends that has a length, and one in chunks. */
const ENDS = ['"isLost":false}', '"isLost":false}\r\n0\r\n\r\n'] as const;
const LOST = '"isLost":true}';

/** A handler did not find its own request's values: what it costs is no figure then. */
export class LostContext extends Error {
  override readonly name = 'LostContext';
}

export class Load {
  readonly #users: readonly User[];

  private constructor(users: readonly User[]) {
    this.#users = users;
  }

  static async open(port: number): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: USERS }, (_, index) => User.open(port, `user-${index}`))));
  }

  /**
   * Has all users send requests for so long.
   * @returns how many were answered, and the seconds that it took
   * @throws LostContext where an answer says so
   */
  async send(ms: number): Promise<{ answers: number; seconds: number }> {
    const start = performance.now();
    const answers = await Promise.all(this.#users.map((user) => user.send(start + ms)));
    return { answers: answers.reduce((sum, count) => sum + count, 0), seconds: (performance.now() - start) / 1000 };
  }

  close(): void {
    for (const user of this.#users) user.close();
  }
}

/**
 * It does the least that a client can: it looks at an answer's first and last letters, and reads all into one buffer. Else it
 * would cost more than the server that it measures.
 */
class User {
  readonly #socket: Socket;
  readonly #head: string;
  #request: Buffer;
  #hasCookie = false;
  #text = '';
  #answers = 0;
  #end = 0;
  #resolve: ((answers: number) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  private constructor(port: number, name: string) {
    this.#head = `GET /light HTTP/1.1\r\nHost: 127.0.0.1\r\n${USER_HEADER}: ${name}\r\n`;
    this.#request = Buffer.from(`${this.#head}\r\n`);
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(16 * 1024),
        callback: (length, buffer) => {
          this.#read(Buffer.from(buffer.buffer, buffer.byteOffset, length).toString('latin1'));
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('The server hung up.')));
  }

  static open(port: number, name: string): Promise<User> {
    return new Promise((resolve, reject) => {
      const user = new User(port, name);
      user.#reject = reject;
      user.#socket.once('connect', () => resolve(user));
    });
  }

  /** @param end by performance.now() */
  send(end: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#end = end;
      this.#answers = 0;
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#socket.destroyed) this.#fail(new Error('The server hung up.'));
      else this.#socket.write(this.#request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(part: string): void {
    const text = this.#text + part;
    if (!ENDS.some((end) => text.endsWith(end)) || !text.startsWith('HTTP/1.1 200')) {
      this.#text = text;
      this.#refuse(text);
      return;
    }
    this.#text = '';
    if (!this.#hasCookie) this.#keepCookie(text);
    this.#answers++;
    if (performance.now() < this.#end) this.#socket.write(this.#request);
    else this.#resolve?.(this.#answers);
  }

  /** The answer goes on, unless this was no good one. */
  #refuse(text: string): void {
    if (!text.startsWith('HTTP/1.1 200')) this.#fail(new Error(`The server answered ${text}`));
    else if (text.includes(LOST)) this.#fail(new LostContext(text));
  }

  /** A session's cookie comes with the first answer, and is sent from then on. */
  #keepCookie(text: string): void {
    const cookie = /\r\nset-cookie: ([^;\r]+)/i.exec(text)?.[1];
    this.#hasCookie = true;
    if (cookie !== undefined) this.#request = Buffer.from(`${this.#head}Cookie: ${cookie}\r\n\r\n`);
  }

  #fail(error: Error): void {
    this.#reject?.(error);
  }
}

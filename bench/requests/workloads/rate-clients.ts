/**
 * The clients of a rate measurement: a number of users, each with its own bare socket, who send the next request when
 * they have received the response to the last one. Nothing is pipelined, since a server that reads several requests at
 * once does less work for each.
 */
import { connect, type Socket } from 'node:net';
import { USER_HEADER } from '../servers/server-contract.js';

const USER_COUNT = 32;

/** The ends of a complete response: with a content length, and in chunks. */
const RESPONSE_ENDS = ['"isLost":false}', '"isLost":false}\r\n0\r\n\r\n'] as const;
const LOST_CONTEXT = '"isLost":true}';

/** Thrown if a handler did not read its own request's values. Such a variant has no figures. */
export class LostContextError extends Error {
  override readonly name = 'LostContextError';
}

export class RateClients {
  readonly #clients: readonly RateClient[];

  private constructor(clients: readonly RateClient[]) {
    this.#clients = clients;
  }

  static async open(port: number): Promise<RateClients> {
    const users = Array.from({ length: USER_COUNT }, (_, index) => `user-${index}`);
    return new RateClients(await Promise.all(users.map((user) => RateClient.open(port, user))));
  }

  /**
   * Sends requests from all users.
   * @param ms the time after which no user sends another request
   * @returns the number of responses, and the time in seconds until the last of them
   * @throws {LostContextError} if a response reports a lost context
   */
  async send(ms: number): Promise<{ responses: number; seconds: number }> {
    const start = performance.now();
    const counts = await Promise.all(this.#clients.map((client) => client.send(start + ms)));
    return { responses: counts.reduce((sum, count) => sum + count, 0), seconds: (performance.now() - start) / 1000 };
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

/**
 * One user. It does the least that a client can do, because otherwise it would cost more than the server: it compares
 * only the beginning and the end of a response, and reads everything into one buffer.
 */
class RateClient {
  readonly #socket: Socket;
  readonly #head: string;
  #request: Buffer;
  #hasCookie = false;
  #text = '';
  #responses = 0;
  #end = 0;
  #resolve: ((responses: number) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  private constructor(port: number, user: string) {
    this.#head = `GET /lookup HTTP/1.1\r\nHost: 127.0.0.1\r\n${USER_HEADER}: ${user}\r\n`;
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
    this.#socket.on('close', () => this.#fail(new Error('The server closed the connection.')));
  }

  static open(port: number, user: string): Promise<RateClient> {
    return new Promise((resolve, reject) => {
      const client = new RateClient(port, user);
      client.#reject = reject;
      client.#socket.once('connect', () => resolve(client));
    });
  }

  /**
   * Sends one request after another.
   * @param end the time, on the clock of performance.now(), after which no request is sent
   * @returns the number of responses
   */
  send(end: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#end = end;
      this.#responses = 0;
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#socket.destroyed) this.#fail(new Error('The server closed the connection.'));
      else this.#socket.write(this.#request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(part: string): void {
    const text = this.#text + part;
    if (!RESPONSE_ENDS.some((end) => text.endsWith(end)) || !text.startsWith('HTTP/1.1 200')) {
      this.#text = text;
      this.#failIfWrong(text);
      return;
    }
    this.#text = '';
    if (!this.#hasCookie) this.#storeCookie(text);
    this.#responses++;
    if (performance.now() < this.#end) this.#socket.write(this.#request);
    else this.#resolve?.(this.#responses);
  }

  /** A text that is not a complete response is either the beginning of one or a failure. */
  #failIfWrong(text: string): void {
    if (!text.startsWith('HTTP/1.1 200'))
      this.#fail(new Error(`Expected a response with status 200, but got: ${text}`));
    else if (text.includes(LOST_CONTEXT)) this.#fail(new LostContextError(text));
  }

  /** The first response sets the session's cookie, which all further requests send. */
  #storeCookie(text: string): void {
    const cookie = /\r\nset-cookie: ([^;\r]+)/i.exec(text)?.[1];
    this.#hasCookie = true;
    if (cookie !== undefined) this.#request = Buffer.from(`${this.#head}Cookie: ${cookie}\r\n\r\n`);
  }

  #fail(error: Error): void {
    this.#reject?.(error);
  }
}

/**
 * A bare keep-alive connection that sends one request at a time: a client must cost less than the server that it measures.
 * It reads answers with a length or in chunks, and keeps the one cookie that it is given.
 */
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

type Outcome = (error: Error | undefined, answer: Answer | undefined) => void;

const HEAD_END = '\r\n\r\n';

export class Connection {
  readonly #socket: Socket;
  #text = '';
  #outcome: Outcome | undefined;
  #cookie = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.#read(`${text}`));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the server hung up')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /**
   * @param head the request line and the headers, each with its end of line, without cookies
   * @param outcome is called back, since a promise for each request would be the client's greatest cost
   */
  send(head: string, body: string, outcome: Outcome): void {
    if (this.#outcome !== undefined) throw new Error('The last request has not been answered yet.');
    if (this.#socket.destroyed) {
      outcome(new Error('the server hung up'), undefined);
      return;
    }
    this.#outcome = outcome;
    this.#socket.write(`${head}${this.#cookie}\r\n${body}`, 'latin1');
  }

  close(): void {
    this.#outcome = undefined;
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#text += text;
    const headEnd = this.#text.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.#text.slice(0, headEnd + 2);
    const rest = this.#text.slice(headEnd + HEAD_END.length);
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
    if (length === undefined ? !rest.endsWith('0\r\n\r\n') : rest.length < Number(length)) return;
    const cookie = /\r\nset-cookie: ([^;\r]+)/i.exec(head)?.[1];
    if (cookie !== undefined) this.#cookie = `Cookie: ${cookie}\r\n`;
    this.#text = '';
    const outcome = this.#outcome;
    this.#outcome = undefined;
    outcome?.(undefined, { status: Number(head.slice(9, 12)), body: length === undefined ? unchunked(rest) : rest });
  }

  #end(error: Error): void {
    const outcome = this.#outcome;
    this.#outcome = undefined;
    outcome?.(error, undefined);
  }
}

function unchunked(text: string): string {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    const length = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!(length > 0)) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + length);
    at = lineEnd + 2 + length + 2;
  }
}

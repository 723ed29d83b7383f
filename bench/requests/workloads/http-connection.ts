/**
 * A bare keep-alive connection that sends one request at a time, for the soak. A client must cost less than the server
 * that it tests, so this one reads only responses with a content length or in chunks, and stores a single cookie.
 */
import { connect, type Socket } from 'node:net';

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

type ResponseCallback = (error: Error | undefined, response: HttpResponse | undefined) => void;

const HEAD_END = '\r\n\r\n';

export class HttpConnection {
  readonly #socket: Socket;
  #text = '';
  #callback: ResponseCallback | undefined;
  #cookieHeader = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.#read(`${text}`));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The server closed the connection.')));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpConnection(socket));
      });
    });
  }

  /**
   * Sends a request.
   * @param head the request line and the headers, each with its line end, without cookies
   * @param callback called with the response or an error; a promise per request would be the client's largest cost
   * @throws {Error} if the last request has no response yet
   */
  send(head: string, body: string, callback: ResponseCallback): void {
    if (this.#callback !== undefined) throw new Error('The last request has no response yet.');
    if (this.#socket.destroyed) {
      callback(new Error('The server closed the connection.'), undefined);
      return;
    }
    this.#callback = callback;
    this.#socket.write(`${head}${this.#cookieHeader}\r\n${body}`, 'latin1');
  }

  close(): void {
    this.#callback = undefined;
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
    if (cookie !== undefined) this.#cookieHeader = `Cookie: ${cookie}\r\n`;
    this.#text = '';
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.(undefined, { status: Number(head.slice(9, 12)), body: length === undefined ? joinChunks(rest) : rest });
  }

  #fail(error: Error): void {
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.(error, undefined);
  }
}

/** Decodes a complete body in the chunked transfer coding. */
function joinChunks(text: string): string {
  let body = '';
  for (let chunkStart = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', chunkStart);
    const length = Number.parseInt(text.slice(chunkStart, lineEnd), 16);
    if (!(length > 0)) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + length);
    chunkStart = lineEnd + 2 + length + 2;
  }
}

/** A stream of an http2 server, for code that uses the streams themselves. It has no session. */
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Exchange } from '../scope/exchange.js';

export class Http2StreamExchange implements Exchange {
  readonly isSecure = false;
  readonly frameworkSession = undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.#headers = headers;
  }

  get method(): string {
    return this.#headers[':method'] ?? '';
  }

  get url(): string {
    return this.#headers[':path'] ?? '';
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get remoteAddress(): string | undefined {
    return this.#stream.session?.socket.remoteAddress;
  }

  get headersSent(): boolean {
    return this.#stream.headersSent;
  }

  beforeHeaders(): void {}

  onClientGone(callback: () => void): void {
    this.onClose(() => {
      // Node itself ends the stream of a client that has disconnected, so `writableFinished` alone proves nothing.
      if (this.#stream.aborted || !this.#stream.writableFinished) callback();
    });
  }

  onClose(callback: () => void): void {
    if (this.#stream.destroyed) callback();
    else this.#stream.once('close', callback);
  }
}

/** A stream of an http2 server, which answers by `respond` and its kin. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Exchange } from './exchange.js';
import { namesRequestId } from './sent-request-id.js';

export class StreamExchange implements Exchange {
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

  sendRequestId(id: string): void {
    const stream = this.#stream;
    const respond = stream.respond.bind(stream);
    const withFile = stream.respondWithFile.bind(stream);
    const withDescriptor = stream.respondWithFD.bind(stream);
    const added = (headers: OutgoingHttpHeaders | undefined) =>
      namesRequestId(headers) ? headers : { 'x-request-id': id, ...headers };
    stream.respond = (headers, options) => {
      if (!isList(headers)) respond(added(headers), options);
      else respond(namesRequestId(headers) ? headers : ['x-request-id', id, ...headers], options);
    };
    stream.respondWithFile = (path, headers, options) => withFile(path, added(headers), options);
    stream.respondWithFD = (descriptor, headers, options) => withDescriptor(descriptor, added(headers), options);
  }

  get headersSent(): boolean {
    return this.#stream.headersSent;
  }

  beforeHeaders(): void {}

  onClientGone(callback: () => void): void {
    this.onClose(() => {
      // Node itself ends the stream of a client that went away.
      if (this.#stream.aborted || !this.#stream.writableFinished) callback();
    });
  }

  onClose(callback: () => void): void {
    if (this.#stream.destroyed) callback();
    else this.#stream.once('close', callback);
  }
}

function isList(headers: OutgoingHttpHeaders | readonly string[] | undefined): headers is readonly string[] {
  return Array.isArray(headers);
}

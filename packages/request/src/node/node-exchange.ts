/** A request of `node:http` or `node:http2`, and of every framework that runs on one of them. */
import type { Exchange, PrepareHeaders } from '../scope/exchange.js';
import { deferHeaders } from './deferred-headers.js';
import { hostInRequest, isEncrypted, type NodeRequest, type NodeResponse } from './request-response.js';

/**
 * Reads what the request and its connection show. The adapter of a framework that knows its proxies extends this class;
 * passing functions that read from the objects of the framework would create them for each request.
 */
export class NodeExchange implements Exchange {
  protected readonly request: NodeRequest & { originalUrl?: string };
  readonly #response: NodeResponse;
  #sessionHolder: object | undefined;

  /**
   * @param sessionHolder the object on which the session middleware of the framework sets `session`; default: the
   * request
   */
  constructor(request: NodeRequest, response: NodeResponse, sessionHolder?: object) {
    this.request = request;
    this.#response = response;
    this.#sessionHolder = sessionHolder;
  }

  get method(): string {
    return this.request.method ?? '';
  }

  get url(): string {
    // Express and Connect shorten `url` in a mounted application and keep the whole URL in `originalUrl`.
    return this.request.originalUrl ?? this.request.url ?? '';
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get isSecure(): boolean {
    return isEncrypted(this.request);
  }

  get host(): string | undefined {
    return hostInRequest(this.request);
  }

  get remoteAddress(): string | undefined {
    return this.request.socket?.remoteAddress;
  }

  get headersSent(): boolean {
    return this.#response.headersSent;
  }

  beforeHeaders(prepare: PrepareHeaders, cookiesAfterFailure?: () => readonly string[]): void {
    deferHeaders(this.#response, prepare, cookiesAfterFailure);
  }

  onClientGone(callback: () => void): void {
    const response = this.#response;
    const check = () => {
      if (!hasFinished(response)) callback();
    };
    if (isClosed(response)) check();
    else response.once('close', check);
  }

  onClose(callback: () => void): void {
    if (isClosed(this.#response)) callback();
    else this.#response.once('close', callback);
  }

  get frameworkSession(): unknown {
    const holder: { session?: unknown } = this.#sessionHolder ?? this.request;
    return holder.session;
  }

  /**
   * Uses the session holder of another exchange of the same request, which may be of another copy of this package. An
   * adapter of a framework that is mounted inside another adapter knows the session holder; the outer adapter does not.
   */
  adoptSessionHolder(inner: { readonly sessionHolder: object | undefined }): void {
    this.#sessionHolder = inner.sessionHolder ?? this.#sessionHolder;
  }

  get sessionHolder(): object | undefined {
    return this.#sessionHolder;
  }
}

function isClosed(response: NodeResponse): boolean {
  return 'stream' in response ? (response.stream?.destroyed ?? true) : response.destroyed;
}

/** Whether the whole response has been passed to the operating system. */
function hasFinished(response: NodeResponse): boolean {
  if (!('stream' in response)) return response.writableFinished;
  const { stream } = response;
  // Node itself ends the stream of a client that has disconnected, so `writableFinished` alone proves nothing.
  return stream === undefined ? response.finished : stream.writableFinished && !stream.aborted;
}

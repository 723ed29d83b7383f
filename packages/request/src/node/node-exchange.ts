/** A request of Node's `http` or `http2` server, and of every framework that runs on one. */

import type { Exchange, PrepareHeaders } from '../scope/exchange.js';
import { deferHeaders } from './deferred-headers.js';
import { isEncrypted, type NodeRequest, type NodeResponse, type SecureTest } from './request-response.js';

export class NodeExchange implements Exchange {
  readonly #request: NodeRequest & { originalUrl?: string };
  readonly #response: NodeResponse;
  readonly #isSecure: SecureTest;
  #sessionHolder: object | undefined;

  /**
   * @param isSecure what the framework knows of proxies that it trusts
   * @param sessionHolder where the framework's session middleware puts `session`; Node's own request, if nothing is given
   */
  constructor(
    request: NodeRequest,
    response: NodeResponse,
    isSecure: SecureTest = isEncrypted,
    sessionHolder?: object,
  ) {
    this.#request = request;
    this.#response = response;
    this.#isSecure = isSecure;
    this.#sessionHolder = sessionHolder;
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get url(): string {
    return this.#request.originalUrl ?? this.#request.url ?? '';
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get isSecure(): boolean {
    return this.#isSecure(this.#request);
  }

  get headersSent(): boolean {
    return this.#response.headersSent;
  }

  beforeHeaders(prepare: PrepareHeaders): void {
    deferHeaders(this.#response, prepare);
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
    const holder: { session?: unknown } = this.#sessionHolder ?? this.#request;
    return holder.session;
  }

  /** Takes over what the adapter of a framework knows that is mounted further in. */
  learnFrom(inner: NodeExchange): void {
    this.#sessionHolder = inner.#sessionHolder ?? this.#sessionHolder;
  }
}

function isClosed(response: NodeResponse): boolean {
  return 'stream' in response ? (response.stream?.destroyed ?? true) : response.destroyed;
}

/** Whether all of the answer was handed to the system. */
function hasFinished(response: NodeResponse): boolean {
  if (!('stream' in response)) return response.writableFinished;
  const { stream } = response;
  // Node itself ends the stream of a client that went away.
  return stream === undefined ? response.writableEnded : stream.writableFinished && !stream.aborted;
}

/** A request that was upgraded. It lasts as long as its socket, and has no response to which headers could be added. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange } from '../scope/exchange.js';
import { type HostReader, hostInRequest, type SecureTest } from './request-response.js';

export class UpgradeExchange implements Exchange {
  readonly headersSent = true;
  readonly #request: IncomingMessage;
  readonly #socket: Duplex;
  readonly #isSecure: SecureTest;
  readonly #readHost: HostReader;

  /** @param readHost reads the host, for a framework that knows its proxies; default: the host in the request */
  constructor(request: IncomingMessage, socket: Duplex, isSecure: SecureTest, readHost: HostReader = hostInRequest) {
    this.#request = request;
    this.#socket = socket;
    this.#isSecure = isSecure;
    this.#readHost = readHost;
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get url(): string {
    return this.#request.url ?? '';
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get isSecure(): boolean {
    return this.#isSecure(this.#request);
  }

  get host(): string | undefined {
    return this.#readHost(this.#request);
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket.remoteAddress;
  }

  beforeHeaders(): void {}

  onClientGone(callback: () => void): void {
    this.onClose(callback);
  }

  onClose(callback: () => void): void {
    if (this.#socket.destroyed) callback();
    else this.#socket.once('close', callback);
  }

  get frameworkSession(): unknown {
    return 'session' in this.#request ? this.#request.session : undefined;
  }
}

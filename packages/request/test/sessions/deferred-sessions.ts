/** Sessions that are loaded only when the test decides. */
import type { Session, Sessions } from '@throughline/request';
import { emptySession } from './empty-session.js';
import type { Exchange } from './exchange-types.js';

export class DeferredSessions implements Sessions {
  #markRequested: () => void = () => {};
  #markClosed: () => void = () => {};
  #load: (session: Session | Promise<Session>) => void = () => {};

  /** Resolves when an adapter has begun to load a session. */
  readonly requested = new Promise<void>((resolve) => {
    this.#markRequested = resolve;
  });

  /**
   * Resolves when the adapter has reported that the exchange is closed, for example because the client has
   * disconnected.
   */
  readonly closed = new Promise<void>((resolve) => {
    this.#markClosed = resolve;
  });

  readonly #loaded = new Promise<Session>((resolve) => {
    this.#load = resolve;
  });

  open(exchange: Exchange): Promise<Session> {
    exchange.onClose(this.#markClosed);
    this.#markRequested();
    return this.#loaded;
  }

  /**
   * Finishes the load, and waits two turns of the event loop for its consequences.
   * @param error makes the load fail; default: it succeeds with an empty session
   */
  async finishLoading(error?: Error): Promise<void> {
    this.#load(error === undefined ? emptySession() : Promise.reject(error));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

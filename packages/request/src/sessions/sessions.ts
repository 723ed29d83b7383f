/**
 * Sessions: one object per user, kept in a store and named by a signed cookie.
 *
 *     cookie ──verify──▶ id ──read──▶ record ──▶ StoredSession ──changes──▶ replace, set-cookie
 *     session-cookie.ts       record-store.ts    stored-session.ts          before the response headers are sent
 */
import type { Exchange } from '../scope/exchange.js';
import type { Session, Sessions } from '../scope/session.js';
import type { AtomicKeyvAdapter } from './compare-and-set.js';
import { KeyvRecordStore, type SessionStore } from './keyv-record-store.js';
import { type CookieOptions, SessionCookie } from './session-cookie.js';
import { describeError } from './session-errors.js';
import { checkSessionOptions, type SessionOptions } from './session-options.js';
import { expiryOf, type SessionSettings } from './session-settings.js';
import { StoredSession } from './stored-session.js';

export type { AtomicKeyvAdapter, CookieOptions, SessionOptions, SessionStore };

/**
 * Creates the sessions of an application, for the option `session` of an adapter. In each request, `session()` then
 * returns the session of the current user.
 * @param options `secret` is required; the times are in milliseconds
 * @returns the sessions, for one or several adapters
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { createServer } from 'node:http';
 * import { session } from '@throughline/request';
 * import { requestScope } from '@throughline/request/http';
 * import { sessions } from '@throughline/request/sessions';
 *
 * const secret = crypto.randomUUID();
 * const options = { session: sessions({ secret, store: new Map(), idleTimeout: 3_600_000 }) };
 * const listener = async (request, response) => {
 *   await session().regenerate();
 *   session().set('user', 'ada');
 *   response.end('signed in\n');
 * };
 * createServer(requestScope(listener, options)).listen(8080);
 * // curl localhost:8080 prints: signed in
 */
export function sessions(options: SessionOptions): Sessions {
  const { secrets, store, cookie, idleTimeout, absoluteTimeout, storeTimeout, log } = checkSessionOptions(options);
  if (store === undefined) {
    log.warn(
      'Sessions are kept in the memory of this process: they end with it, and no other process sees them. To keep them in ' +
        'SQLite, Redis, Valkey or PostgreSQL, set the option `store` of sessions().',
    );
  }
  const recordStore = new KeyvRecordStore(store ?? new Map(), storeTimeout, (line) => log.warn(line));
  if (store !== undefined && !(store instanceof Map) && !recordStore.isSafeToShare && !recordStore.isMap) {
    log.warn(
      'This store cannot compare and set in one step: if several processes share it, two requests of one user at once can ' +
        'lose what one of them wrote. The adapters of Keyv for SQLite, Redis, Valkey and PostgreSQL do not have this limit, ' +
        'nor does an adapter that has the method compareAndSet (AtomicKeyvAdapter in docs/request.md).',
    );
  }
  return new StoredSessions({
    store: recordStore,
    cookie: new SessionCookie(secrets, cookie),
    idleTimeout,
    absoluteTimeout,
    logError: (line) => log.error(line),
  });
}

class StoredSessions implements Sessions {
  readonly #settings: SessionSettings;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
  }

  open(exchange: Exchange): Session | Promise<Session> {
    const cookie = this.#settings.cookie.verify(exchange.header('cookie'), exchange.isSecure);
    return cookie === undefined
      ? new StoredSession(this.#settings, exchange)
      : this.#load(exchange, cookie.id, cookie.hasOldSignature);
  }

  async #load(exchange: Exchange, id: string, hasOldSignature: boolean): Promise<Session> {
    const settings = this.#settings;
    try {
      const found = await settings.store.read(id);
      const isLive =
        found !== undefined && expiryOf(settings, found.record.createdAt, found.record.usedAt) > Date.now();
      // An id without a live record is never adopted, even with a valid signature: the session gets a new id.
      return new StoredSession(settings, exchange, isLive ? found : undefined, hasOldSignature);
    } catch (error) {
      settings.logError(`A session could not be loaded, and its request failed: ${describeError(error)}`);
      throw error;
    }
  }
}

/**
 * Sessions: one object per user agent, kept in a store and named by a signed cookie.
 *
 *     cookie ──verify──▶ id ──read──▶ record ──▶ StoredSession ──changes──▶ replace, set-cookie
 *     session-cookie.ts       record-store.ts    stored-session.ts          before the response headers are sent
 */
import type { Exchange } from '../scope/exchange.js';
import { isPromise } from '../scope/is-promise.js';
import type { Session, Sessions } from '../scope/session.js';
import type { AtomicKeyvAdapter } from './compare-and-set.js';
import { continueWith } from './continue-with.js';
import { checkOrigin } from './cross-origin-check.js';
import { KeyvEntryStore, type SessionStore } from './keyv-entry-store.js';
import { RecordStore } from './record-store.js';
import { type CookieOptions, SessionCookie, type VerifiedCookie } from './session-cookie.js';
import { describeError } from './session-errors.js';
import { checkSessionOptions, type SessionOptions } from './session-options.js';
import { hasExpired, type SessionSettings } from './session-settings.js';
import { StoredSession } from './stored-session.js';
import { UserIndex } from './user-index.js';
import { listSessionsOf, type UserSession } from './user-sessions.js';
import { WriteQueue } from './write-queue.js';

export type { AtomicKeyvAdapter, CookieOptions, SessionOptions, SessionStore, UserSession };

/** The sessions of an application, and those of each of its users. */
export interface ApplicationSessions extends Sessions {
  /**
   * Lists the sessions of a user: those that `regenerate({ user })` has begun and that have not ended, in all processes
   * that share the store. Each can be ended, for example to sign the user out everywhere.
   * @param user the id that was passed to `regenerate({ user })`
   * @returns the sessions, the oldest first
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
   * @throws {RequestError} `ERR_SESSION_VALUE` if the user is not a string, or is empty
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const shopSessions = sessions({ secret: crypto.randomUUID(), store: new Map() });
   * const handle = requestScope(
   *   async () => {
   *     await session().regenerate({ user: 'ada' });
   *     const all = await shopSessions.sessionsOf('ada');
   *     for (const other of all) if (!other.isCurrent) await other.end();
   *     return new Response(`${all.length}, ${(await shopSessions.sessionsOf('ada')).length}`);
   *   },
   *   { session: shopSessions },
   * );
   * await handle(new Request('http://localhost/'));
   * const response = await handle(new Request('http://localhost/'));
   * console.log(await response.text()); // 2, 1
   */
  sessionsOf(user: string): Promise<readonly UserSession[]>;
}

/**
 * Creates the sessions of an application, for the option `session` of an adapter. In each request, `session()` then
 * returns the session of the current user.
 * @param options `secret` is required; the times are in milliseconds
 * @returns the sessions, for one or several adapters
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option does not exist, or has an invalid value
 * @example
 * import { createServer } from 'node:http';
 * import { session } from '@throughline/request';
 * import { requestScope } from '@throughline/request/http';
 * import { sessions } from '@throughline/request/sessions';
 *
 * const secret = crypto.randomUUID();
 * const options = { session: sessions({ secret, store: new Map(), idleTimeout: 3_600_000 }) };
 * const listener = async (request, response) => {
 *   await session().regenerate({ user: 'ada' });
 *   response.end('signed in\n');
 * };
 * createServer(requestScope(listener, options)).listen(8080);
 * // curl localhost:8080 prints: signed in
 */
export function sessions(options: SessionOptions): ApplicationSessions {
  const checked = checkSessionOptions(options);
  const { secrets, store, name, cookie, idleTimeout, absoluteTimeout, maxSize, maxSessions, storeTimeout, log } =
    checked;
  const warn = (line: string) => log.warn(line);
  if (store === undefined) {
    warn(
      'Sessions are kept in the memory of this process: they end with it, and no other process sees them. To keep them in ' +
        'SQLite, Redis, Valkey or PostgreSQL, set the option `store` of sessions().',
    );
  }
  const entries = new KeyvEntryStore(store ?? new Map(), {
    timeLimit: storeTimeout,
    maxEntries: maxSessions,
    isEvictable: (key) => key.startsWith(`${name}:`) && ID_PATTERN.test(key.slice(name.length + 1)),
    onEviction: () =>
      warn(
        `The memory of this process holds ${maxSessions} sessions, so the ones that were written the longest time ago end. Keep ` +
          'them in SQLite, Redis, Valkey or PostgreSQL with the option `store` of sessions(), or raise `maxSessions`.',
      ),
    warn,
  });
  if (store !== undefined && !(store instanceof Map) && !entries.isSafeToShare && !entries.isMap) {
    warn(
      'This store cannot compare and set in one step: if several processes share it, two requests of one user at once can ' +
        'lose what one of them wrote. The adapters of Keyv for SQLite, Redis, Valkey and PostgreSQL do not have this limit, ' +
        'nor does an adapter that has the method compareAndSet (AtomicKeyvAdapter in docs/sessions.md).',
    );
  }
  const settings: SessionSettings = {
    store: new RecordStore(entries, name, warn),
    users: new UserIndex(entries, name, absoluteTimeout),
    writes: new WriteQueue(),
    cookie: new SessionCookie(secrets, name, cookie),
    idleTimeout,
    absoluteTimeout,
    maxSize,
    logWarning: warn,
    logError: (line) => log.error(line),
  };
  return new StoredSessions(settings, checked.trustedOrigins);
}

/** The id of a session, as opposed to the key of the list of a user. */
const ID_PATTERN = /^[\w-]{32}$/;

class StoredSessions implements ApplicationSessions {
  readonly #settings: SessionSettings;
  readonly #trustedOrigins: readonly string[] | undefined;
  #hasRefused = false;

  /** @param trustedOrigins undefined if origins are not checked */
  constructor(settings: SessionSettings, trustedOrigins: readonly string[] | undefined) {
    this.#settings = settings;
    this.#trustedOrigins = trustedOrigins;
  }

  open(exchange: Exchange): Session | Promise<Session> {
    const cookies = this.#settings.cookie.verify(exchange.header('cookie'), exchange.isSecure);
    if (cookies.length === 0) return new StoredSession(this.#settings, exchange);
    const refusal = this.#trustedOrigins && checkOrigin(exchange, this.#trustedOrigins);
    if (refusal === undefined) return this.#load(exchange, cookies);
    if (!this.#hasRefused) {
      this.#hasRefused = true;
      this.#settings.logWarning(`${refusal.message} Further requests are refused without a line.`);
    }
    return Promise.reject(refusal);
  }

  sessionsOf(user: string): Promise<readonly UserSession[]> {
    return listSessionsOf(this.#settings, user);
  }

  #load(exchange: Exchange, cookies: readonly VerifiedCookie[]): Session | Promise<Session> {
    const fail = (error: unknown): Promise<never> => {
      this.#settings.logError(`A session could not be loaded, and its request failed: ${describeError(error)}`);
      return Promise.reject(error);
    };
    try {
      const loaded = this.#loadFirst(exchange, cookies, 0);
      return isPromise(loaded) ? loaded.catch(fail) : loaded;
    } catch (error) {
      return fail(error);
    }
  }

  /** Loads the first live session of those that the cookies from `index` on name. */
  #loadFirst(exchange: Exchange, cookies: readonly VerifiedCookie[], index: number): Session | Promise<Session> {
    const settings = this.#settings;
    const cookie = cookies[index];
    // An id without a live record is never adopted, even with a valid signature: the session gets a new id.
    if (cookie === undefined) return new StoredSession(settings, exchange);
    return continueWith(settings.store.readUnmoved(cookie.id), (found) =>
      found !== undefined && !hasExpired(settings, found)
        ? new StoredSession(settings, exchange, found, cookie.hasOldSignature)
        : this.#loadFirst(exchange, cookies, index + 1),
    );
  }
}

/** Sessions: one object for each user, kept in a store and named by a signed cookie. */
import { RequestError } from '../errors.js';
import type { Exchange } from '../scope/exchange.js';
import type { Session, Sessions } from '../scope/session.js';
import { KeyvEntries, type SessionStore } from './keyv-record-store.js';
import { type CookieOptions, SessionCookie } from './session-cookie.js';
import { detail, expiry, type SessionPolicy, StoredSession } from './stored-session.js';

export type { CookieOptions, SessionStore };

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export interface SessionOptions {
  /**
   * Signs the cookie: at least 32 characters that nobody can guess. Of several, the first signs and all verify: put a new
   * one first, and take the old one out when the idle time has passed.
   */
  secret: string | readonly string[];

  /**
   * Where sessions are kept: a Keyv, an adapter of Keyv (`new KeyvRedis(url)`, `new KeyvPostgres(url)`,
   * `new KeyvSqlite('sqlite://sessions.sqlite')`) or a Map. Default: the memory of this process, and a line that says so.
   */
  store?: SessionStore;

  cookie?: CookieOptions;

  /** Milliseconds without a request after which a session ends. Default: a day. */
  idleTimeout?: number;

  /** Milliseconds after which a session ends in any case; `regenerate()` begins anew. Default: 30 days. */
  absoluteTimeout?: number;

  /** Milliseconds that the store has for each answer. Default: 5000. */
  storeTimeout?: number;

  /** Where lines go that are for whoever runs the server. Default: the console. */
  log?: Pick<Console, 'warn' | 'error'>;
}

/**
 * Sessions for the `session` option of an adapter; `session()` is then the current user's.
 * @throws ERR_INVALID_OPTION
 * @example
 * app.use(requestScope({ session: sessions({ secret: process.env.SECRET, store: new KeyvRedis(process.env.REDIS_URL) }) }));
 */
export function sessions(options: SessionOptions): Sessions {
  const {
    store,
    cookie = {},
    idleTimeout = DAY,
    absoluteTimeout = 30 * DAY,
    storeTimeout = 5000,
    log = console,
  } = options;
  const secrets = checkedSecrets(options.secret);
  checkCookie(cookie);
  for (const [name, value] of Object.entries({ idleTimeout, absoluteTimeout, storeTimeout })) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw invalid(`${name} must be a number of milliseconds above 0, not ${String(value)}.`);
    }
    // What a timer can wait for.
    if (name === 'storeTimeout' && value > 2 ** 31 - 1) throw invalid('storeTimeout must be at most 2147483647.');
  }
  if (store === undefined) {
    log.warn(
      'Sessions are kept in the memory of this process: they end with it, and no other process sees them. The option ' +
        '`store` of sessions() takes SQLite, Redis, Valkey or PostgreSQL.',
    );
  }
  const entries = new KeyvEntries(store ?? new Map(), storeTimeout, (line) => log.warn(line));
  if (store !== undefined && !(store instanceof Map) && !entries.isShared && !entries.isMap) {
    log.warn(
      'This store cannot compare and set in one step: if several processes share it, two requests of one user at once can ' +
        'lose what one of them wrote. The adapters of Keyv for SQLite, Redis, Valkey and PostgreSQL can.',
    );
  }
  return new KeptSessions({
    entries,
    cookie: new SessionCookie(secrets, cookie),
    idleTimeout,
    absoluteTimeout,
    logError: (line) => log.error(line),
  });
}

class KeptSessions implements Sessions {
  readonly #policy: SessionPolicy;

  constructor(policy: SessionPolicy) {
    this.#policy = policy;
  }

  open(exchange: Exchange): Session | Promise<Session> {
    const cookie = this.#policy.cookie.read(exchange.header('cookie'), exchange.isSecure);
    return cookie === undefined
      ? new StoredSession(this.#policy, exchange)
      : this.#load(exchange, cookie.id, cookie.isOld);
  }

  async #load(exchange: Exchange, id: string, isOldCookie: boolean): Promise<Session> {
    const policy = this.#policy;
    try {
      const entry = await policy.entries.read(id);
      const isLive = entry !== undefined && expiry(policy, entry.record.created, entry.record.used) > Date.now();
      // An id without an entry is never used again, whoever signed it.
      return new StoredSession(policy, exchange, isLive ? entry : undefined, isOldCookie);
    } catch (error) {
      policy.logError(`A session could not be loaded, and its request was answered so: ${detail(error)}`);
      throw error;
    }
  }
}

function checkedSecrets(secret: unknown): readonly string[] {
  const secrets: unknown[] = Array.isArray(secret) ? secret : [secret];
  const good = secrets.filter((one): one is string => typeof one === 'string' && one.length >= 32);
  if (good.length === 0 || good.length < secrets.length) {
    throw invalid(
      'sessions() needs a `secret` of at least 32 characters, or several in an array. Make one with: node -p ' +
        '"crypto.randomBytes(32).toString(\'base64url\')", and keep it out of the repository.',
    );
  }
  return good;
}

function checkCookie({ name, domain, path, sameSite, secure }: CookieOptions): void {
  if (name !== undefined && !/^[\w!#$%&'*.^`|~+-]+$/.test(name)) {
    throw invalid(`cookie.name must be the name of a cookie, not ${JSON.stringify(name)}.`);
  }
  if (name?.startsWith('__')) {
    throw invalid('cookie.name must not begin with __: the prefix __Host- is put before the name where it can be.');
  }
  if (path !== undefined && !/^\/[^;,\s]*$/.test(path)) {
    throw invalid(`cookie.path must begin with a slash, not be ${JSON.stringify(path)}.`);
  }
  if (domain !== undefined && !/^[\w.-]+$/.test(domain)) {
    throw invalid(`cookie.domain must be the name of a host, not ${JSON.stringify(domain)}.`);
  }
  if (sameSite !== undefined && !['lax', 'strict', 'none'].includes(sameSite)) {
    throw invalid(`cookie.sameSite must be 'lax', 'strict' or 'none', not ${JSON.stringify(sameSite)}.`);
  }
  if (sameSite === 'none' && secure === false) {
    throw invalid("cookie.sameSite 'none' needs https: browsers refuse such a cookie where `secure` is false.");
  }
}

function invalid(message: string): RequestError {
  return new RequestError('ERR_INVALID_OPTION', message);
}

/** The options of `sessions()`, their defaults and their validation. */
import { RequestError } from '../errors.js';
import { MAX_TIMER_DELAY } from '../scope/options.js';
import type { SessionStore } from './keyv-record-store.js';
import type { CookieOptions } from './session-cookie.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const MIN_SECRET_LENGTH = 32;

/** The options of `sessions()`. */
export interface SessionOptions {
  /**
   * The secret that signs the cookie: at least 32 characters that cannot be guessed. Of several secrets, the first one
   * signs and all of them verify. To replace a secret, put the new one first, and remove the old one when the idle time
   * has passed. The type accepts an environment variable, but a missing one is an error.
   */
  secret: string | undefined | readonly (string | undefined)[];

  /**
   * The store of the sessions: a Keyv, an adapter of Keyv (`new KeyvRedis(url)`, `new KeyvPostgres(url)`,
   * `new KeyvSqlite('sqlite://sessions.sqlite')`), one of yours (`AtomicKeyvAdapter`) or a Map. Default: the memory of
   * this process, with a warning.
   * @see https://keyv.org/docs/storage-adapters/redis/
   */
  store?: SessionStore | undefined;

  /** The attributes of the session cookie. */
  cookie?: CookieOptions | undefined;

  /** The time that a session lasts without a request, in milliseconds. Default: one day. */
  idleTimeout?: number | undefined;

  /** The time that a session lasts at most, in milliseconds. `regenerate()` restarts this time. Default: 30 days. */
  absoluteTimeout?: number | undefined;

  /** The time that the store may take for one operation, in milliseconds, at most 2147483647. Default: 5000. */
  storeTimeout?: number | undefined;

  /** The log for warnings and errors that are meant for the operator of the server. Default: the console. */
  log?: Pick<Console, 'warn' | 'error'> | undefined;
}

type Complete<Options> = { [K in keyof Options]-?: Exclude<Options[K], undefined> };

/** The options with their defaults, after validation. */
export interface CheckedSessionOptions extends Complete<Omit<SessionOptions, 'secret' | 'store'>> {
  readonly secrets: readonly string[];
  readonly store: SessionStore | undefined;
}

/** @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value */
export function checkSessionOptions(options: SessionOptions): CheckedSessionOptions {
  const {
    store,
    cookie = {},
    idleTimeout = DAY,
    absoluteTimeout = 30 * DAY,
    storeTimeout = 5000,
    log = console,
  } = options;
  const secrets = checkSecrets(options.secret);
  checkCookie(cookie);
  for (const [name, value] of Object.entries({ idleTimeout, absoluteTimeout, storeTimeout })) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw optionError(`${name} must be a number of milliseconds above 0, not ${String(value)}.`);
    }
    if (name === 'storeTimeout' && value > MAX_TIMER_DELAY) {
      throw optionError(`storeTimeout must be at most ${MAX_TIMER_DELAY} milliseconds, not ${value}.`);
    }
  }
  return { secrets, store, cookie, idleTimeout, absoluteTimeout, storeTimeout, log };
}

function checkSecrets(secret: unknown): readonly string[] {
  if (Array.isArray(secret)) {
    if (secret.length === 0) throw secretError('`secret` of sessions() is an empty array.');
    return secret.map((one, index) => checkSecret(one, `secret[${index}]`));
  }
  return [checkSecret(secret, 'secret')];
}

function checkSecret(secret: unknown, name: string): string {
  if (secret === undefined) {
    throw secretError(
      `\`${name}\` of sessions() is undefined. If it comes from an environment variable, such as SESSION_SECRET, set that ` +
        'variable before the server starts.',
    );
  }
  if (typeof secret !== 'string') {
    throw secretError(`\`${name}\` of sessions() must be a string, not ${secret === null ? 'null' : typeof secret}.`);
  }
  if (secret.length < MIN_SECRET_LENGTH) {
    throw secretError(`\`${name}\` of sessions() has only ${secret.length} characters.`);
  }
  return secret;
}

function secretError(problem: string): RequestError {
  return optionError(
    `${problem} sessions() needs a secret of at least ${MIN_SECRET_LENGTH} characters, or several of them in an array. ` +
      'Create one with: node -p "crypto.randomBytes(32).toString(\'base64url\')", and keep it out of the repository.',
  );
}

function checkCookie({ name, domain, path, sameSite, secure }: CookieOptions): void {
  if (name !== undefined && !/^[\w!#$%&'*.^`|~+-]+$/.test(name)) {
    throw optionError(`cookie.name must be a valid cookie name, not ${JSON.stringify(name)}.`);
  }
  if (name?.startsWith('__')) {
    throw optionError(
      'cookie.name must not begin with __: the prefix __Host- is added to the name wherever it is allowed.',
    );
  }
  if (path !== undefined && !/^\/[^;,\s]*$/.test(path)) {
    throw optionError(`cookie.path must begin with a slash, not be ${JSON.stringify(path)}.`);
  }
  if (domain !== undefined && !/^[\w.-]+$/.test(domain)) {
    throw optionError(`cookie.domain must be a host name, not ${JSON.stringify(domain)}.`);
  }
  if (sameSite !== undefined && !['lax', 'strict', 'none'].includes(sameSite)) {
    throw optionError(`cookie.sameSite must be 'lax', 'strict' or 'none', not ${JSON.stringify(sameSite)}.`);
  }
  if (sameSite === 'none' && secure === false) {
    throw optionError("cookie.sameSite 'none' needs HTTPS: browsers reject such a cookie if `secure` is false.");
  }
}

function optionError(message: string): RequestError {
  return new RequestError('ERR_INVALID_OPTION', message);
}

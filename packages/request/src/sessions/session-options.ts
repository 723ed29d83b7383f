/** The options of `sessions()`, their defaults and their validation. */
import { RequestError } from '../errors.js';
import { checkOptionNames, describeKind, describeKindWithoutText } from '../option-names.js';
import { MAX_TIMER_DELAY } from '../scope/options.js';
import type { SessionStore } from './keyv-entry-store.js';
import type { CookieOptions } from './session-cookie.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const MIN_SECRET_LENGTH = 32;

/** The longest time of a session, in milliseconds: 100 years. Later times are not valid dates in every store. */
const MAX_LIFETIME = 36_525 * DAY;

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

  /**
   * Distinguishes this application from others with the same store or the same secret: it is part of the keys and of the
   * signatures, so no session of one is a session of another. At most 64 characters that a cookie name may have. Default:
   * the name of the cookie.
   */
  name?: string | undefined;

  /** The attributes of the session cookie. */
  cookie?: CookieOptions | undefined;

  /**
   * The origins, such as `https://accounts.example.com`, that may send requests with the session cookie although they
   * are not the origin of this application. Requests of all others are refused, with the status 403, if a browser sends
   * them with a method other than GET, HEAD and OPTIONS, or to open a WebSocket. `'*'` turns this check off. Default:
   * none.
   * @see https://pkg.go.dev/net/http#CrossOriginProtection
   */
  trustedOrigins?: readonly string[] | '*' | undefined;

  /** The time that a session lasts without a request, in milliseconds. Default: one day. */
  idleTimeout?: number | undefined;

  /** The time that a session lasts at most, in milliseconds. `regenerate()` restarts this time. Default: 30 days. */
  absoluteTimeout?: number | undefined;

  /** How large the values of one session may be, in bytes of JSON. Default: 65536. */
  maxSize?: number | undefined;

  /**
   * How many sessions a Map, or the memory of this process, holds at most. The one that was written the longest time ago
   * is then removed, with one warning. Default: 10000.
   */
  maxSessions?: number | undefined;

  /** The time that the store may take for one operation, in milliseconds, at most 2147483647. Default: 5000. */
  storeTimeout?: number | undefined;

  /** The log for warnings and errors that are meant for the operator of the server. Default: the console. */
  log?: Pick<Console, 'warn' | 'error'> | undefined;
}

type Complete<Options> = { [K in keyof Options]-?: Exclude<Options[K], undefined> };

/** The options with their defaults, after validation. */
export interface CheckedSessionOptions extends Complete<Omit<SessionOptions, 'secret' | 'store' | 'trustedOrigins'>> {
  readonly secrets: readonly string[];
  readonly store: SessionStore | undefined;
  /** Undefined if origins are not checked. */
  readonly trustedOrigins: readonly string[] | undefined;
}

const OPTION_NAMES = Object.keys({
  secret: true,
  store: true,
  name: true,
  cookie: true,
  trustedOrigins: true,
  idleTimeout: true,
  absoluteTimeout: true,
  maxSize: true,
  maxSessions: true,
  storeTimeout: true,
  log: true,
} satisfies Record<keyof SessionOptions, true>);

const COOKIE_OPTION_NAMES = Object.keys({
  name: true,
  domain: true,
  path: true,
  sameSite: true,
  secure: true,
} satisfies Record<keyof CookieOptions, true>);

const LIFETIME_HINT = 'The cookie lasts as long as the session: set "idleTimeout" and "absoluteTimeout" of sessions().';

/** Names that other libraries use. */
const HINTS = {
  maxAge: 'Set "idleTimeout" and "absoluteTimeout".',
  ttl: 'Set "idleTimeout" and "absoluteTimeout".',
  secrets: 'Did you mean "secret"? It accepts several secrets in an array.',
  cookieName: 'Set "name" in "cookie".',
  rolling: 'Each use of a session restarts its "idleTimeout".',
};

const COOKIE_HINTS = {
  maxAge: LIFETIME_HINT,
  expires: LIFETIME_HINT,
  httpOnly: 'The cookie is always HttpOnly.',
};

/** @throws {RequestError} `ERR_INVALID_OPTION` if an option does not exist, or has an invalid value */
export function checkSessionOptions(options: SessionOptions): CheckedSessionOptions {
  checkOptionNames('sessions()', options, OPTION_NAMES, HINTS);
  const {
    store,
    cookie = {},
    trustedOrigins = [],
    idleTimeout = DAY,
    absoluteTimeout = 30 * DAY,
    maxSize = 65_536,
    maxSessions = 10_000,
    storeTimeout = 5000,
    log = console,
  } = options;
  const secrets = checkSecrets(options.secret);
  checkStore(store);
  checkCookie(cookie);
  const { name = cookie.name ?? 'sid' } = options;
  if (!matches(/^[\w!#$%&'*.^`|~+-]{1,64}$/, name)) {
    throw optionError(
      `name must have 1 to 64 letters, digits or one of ! # $ % & ' * . ^ _ \` | ~ + -, not be ${describeKind(name)}.`,
    );
  }
  checkDuration({ idleTimeout }, MAX_LIFETIME);
  checkDuration({ absoluteTimeout }, MAX_LIFETIME);
  checkDuration({ storeTimeout }, MAX_TIMER_DELAY);
  checkCount({ maxSize });
  checkCount({ maxSessions });
  if (typeof log?.warn !== 'function' || typeof log.error !== 'function') {
    throw optionError(`log must be an object with the methods warn and error, not ${describeKind(log)}.`);
  }
  return {
    secrets,
    store,
    name,
    cookie,
    trustedOrigins: checkOrigins(trustedOrigins),
    idleTimeout,
    absoluteTimeout,
    maxSize,
    maxSessions,
    storeTimeout,
    log,
  };
}

/** Nearly every random secret of 32 digits has more different characters. */
const MIN_DIFFERENT_CHARACTERS = 6;

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
  if (new Set(secret).size < MIN_DIFFERENT_CHARACTERS) {
    throw secretError(
      `\`${name}\` of sessions() has fewer than ${MIN_DIFFERENT_CHARACTERS} different characters, so it can be guessed.`,
    );
  }
  return secret;
}

function secretError(problem: string): RequestError {
  return optionError(
    `${problem} sessions() needs a secret of at least ${MIN_SECRET_LENGTH} characters, or several of them in an array. ` +
      'Create one with: node -p "crypto.randomBytes(32).toString(\'base64url\')", and keep it out of the repository.',
  );
}

function checkStore(store: unknown): void {
  if (store === undefined || store instanceof Map) return;
  const hasMethods =
    typeof store === 'object' &&
    store !== null &&
    ['get', 'set', 'delete'].every((method) => typeof Reflect.get(store, method) === 'function');
  if (hasMethods) return;
  throw optionError(
    `store must be a Keyv, an adapter of Keyv or a Map, not ${describeKindWithoutText(store)}. To keep the sessions in the memory of this ` +
      'process, omit it.',
  );
}

function checkCookie(options: CookieOptions): void {
  checkOptionNames('The option `cookie` of sessions()', options, COOKIE_OPTION_NAMES, COOKIE_HINTS);
  const { name, domain, path, sameSite, secure } = options;
  if (name !== undefined && !matches(/^[\w!#$%&'*.^`|~+-]+$/, name)) {
    throw optionError(`cookie.name must be a valid cookie name, not ${describeKind(name)}.`);
  }
  if (name?.startsWith('__')) {
    throw optionError(
      'cookie.name must not begin with __: the prefix __Host- is added to the name wherever it is allowed.',
    );
  }
  if (path !== undefined && !matches(/^\/[^;,\s]*$/, path)) {
    throw optionError(`cookie.path must begin with a slash, not be ${describeKind(path)}.`);
  }
  if (domain !== undefined && !matches(/^[\w.-]+$/, domain)) {
    throw optionError(`cookie.domain must be a host name, not ${describeKind(domain)}.`);
  }
  if (sameSite !== undefined && !['lax', 'strict', 'none'].includes(sameSite)) {
    throw optionError(`cookie.sameSite must be 'lax', 'strict' or 'none', not ${describeKind(sameSite)}.`);
  }
  if (secure !== undefined && typeof secure !== 'boolean') {
    throw optionError(`cookie.secure must be true or false, not ${describeKind(secure)}.`);
  }
  if (sameSite === 'none' && secure === false) {
    throw optionError("cookie.sameSite 'none' needs HTTPS: browsers reject such a cookie if `secure` is false.");
  }
}

function checkOrigins(trustedOrigins: unknown): readonly string[] | undefined {
  if (trustedOrigins === '*') return undefined;
  if (!Array.isArray(trustedOrigins)) {
    throw optionError(`trustedOrigins must be an array of origins, or '*', not ${describeKind(trustedOrigins)}.`);
  }
  return trustedOrigins.map((origin: unknown) => {
    if (typeof origin === 'string' && URL.canParse(origin)) {
      const expected = new URL(origin).origin;
      if (expected === origin) return origin;
      if (expected !== 'null') throw optionError(`trustedOrigins has ${describeKind(origin)}: write "${expected}".`);
    }
    throw optionError(`trustedOrigins must have origins such as "https://example.com", not ${describeKind(origin)}.`);
  });
}

/** @param named one option, by its name */
function checkDuration(named: Readonly<Record<string, unknown>>, max: number): void {
  for (const [name, value] of Object.entries(named)) {
    if (!(typeof value === 'number' && value > 0)) {
      throw optionError(`${name} must be a number of milliseconds above 0, not ${String(value)}.`);
    }
    if (value > max) throw optionError(`${name} must be at most ${max} milliseconds, not ${value}.`);
  }
}

/** @param named one option, by its name */
function checkCount(named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) {
    if (Number.isSafeInteger(value) && Number(value) > 0) continue;
    throw optionError(`${name} must be a whole number above 0, not ${String(value)}.`);
  }
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function optionError(message: string): RequestError {
  return new RequestError('ERR_INVALID_OPTION', message);
}

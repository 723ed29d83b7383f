/** The options that every adapter accepts, and their validation. */
import { RequestError } from '../errors.js';
import { checkOptionNames, describeKind, describeKindWithoutText } from '../option-names.js';
import type { ReadCarriedValues } from './carried-values.js';
import type { Sessions } from './session.js';

/** The options that every adapter accepts. */
export interface RequestScopeOptions {
  /**
   * Whether a request keeps the id that it carries in the header `x-request-id`. Enable this only if the clients are
   * your own servers or if a proxy of yours sets that header: a client that can choose an id can choose that of another
   * request.
   *
   * An unsafe id is always replaced. An id is safe if it has at most 128 characters, all of them letters, digits or one
   * of `_ . : @ / + = -`. Default: `false`.
   */
  trustRequestId?: boolean | undefined;

  /**
   * Whether the response carries the id of its request in the header `x-request-id`. `getRequestScope().id` and log lines
   * have the id in either case. Default: `true`.
   */
  sendRequestId?: boolean | undefined;

  /**
   * Whether the listeners of the request, of its response and of an upgraded socket run in the scope of the request. With
   * `false`, they run wherever Node emits the event, as with an `AsyncLocalStorage` alone: in no scope, or on a connection
   * with several requests in the scope of another request. Set it only if no listener, and no library that adds one,
   * reads the scope: body parsers, uploads and WebSockets continue in listeners. It has no effect on a request without
   * an emitter, as on Bun, Deno and workerd. Default: `true`.
   */
  bindEmitters?: boolean | undefined;

  /**
   * The time from the start of a request until its `signal` aborts with a `TimeoutError`, in milliseconds, at most
   * 2147483647. Default: none.
   */
  deadline?: number | undefined;

  /** The sessions that `session()` reads and writes, created by `sessions()` of `@throughline/request/sessions`. */
  session?: Sessions | undefined;

  /**
   * Reads the values that a request carries from another process: `incoming()` of `@throughline/propagation/incoming`.
   * They are set wherever the scope is, and the deadline among them aborts the `signal` of the scope. Default: none.
   */
  propagation?: ReadCarriedValues | undefined;
}

/** The longest delay of a timer, in milliseconds (a signed 32-bit integer). */
export const MAX_TIMER_DELAY = 2 ** 31 - 1;

/** For each option, a check of its value: it returns what the value must be, or undefined if the value is valid. */
export type OptionChecks = Readonly<Record<string, (value: unknown) => string | undefined>>;

function checkBoolean(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'true or false';
}

/** The options that every adapter accepts. An adapter with more options adds their checks. */
export const SCOPE_OPTION_CHECKS = {
  trustRequestId: checkBoolean,
  sendRequestId: checkBoolean,
  bindEmitters: checkBoolean,
  deadline: (value) =>
    typeof value === 'number' && value > 0 && value <= MAX_TIMER_DELAY
      ? undefined
      : `a number of milliseconds above 0 and at most ${MAX_TIMER_DELAY}`,
  session: (value) =>
    hasMethod(value, 'open')
      ? undefined
      : 'what sessions() of @throughline/request/sessions returns (session: sessions({ secret }))',
  propagation: (value) =>
    typeof value === 'function'
      ? undefined
      : 'what incoming() of @throughline/propagation/incoming returns (propagation: incoming({ trust: true }))',
} satisfies OptionChecks;

/** The check of the option `isSecure` of the adapters that do not see the connection. */
export const isSecureCheck: OptionChecks[string] = (value) => (typeof value === 'function' ? undefined : 'a function');

/**
 * Validates the options of an adapter. It is called once, when the adapter is mounted.
 * @param checks the options of the adapter; default: those that every adapter accepts
 * @param owner the function that has the options, for the error
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option does not exist or has an invalid value
 */
export function checkScopeOptions(
  options: unknown,
  checks: OptionChecks = SCOPE_OPTION_CHECKS,
  owner = 'requestScope()',
): void {
  if (isRequestOrContext(options)) {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      'requestScope was called with a request instead of its options, because it was mounted without a call. Use ' +
        'requestScope(), for example app.use(requestScope()).',
    );
  }
  checkOptionNames(owner, options, Object.keys(checks));
  for (const [name, check] of Object.entries(checks)) {
    // Also an inherited value, because it has an effect too.
    const value: unknown = Reflect.get(options as object, name);
    const expected = value === undefined ? undefined : check(value);
    if (expected !== undefined) {
      const kind = name === 'session' ? describeKindWithoutText(value) : describeKind(value);
      throw new RequestError('ERR_INVALID_OPTION', `${name} must be ${expected}, not ${kind}.`);
    }
  }
}

/** @throws {RequestError} `ERR_INVALID_OPTION` if the listener or handler is not a function */
export function checkListener(owner: string, listener: unknown): void {
  if (typeof listener === 'function') return;
  if (isRequestOrContext(listener)) {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `${owner.replace('()', '')} was called with a request instead of a listener, because it was mounted without a call. ` +
        `Use ${owner.replace('()', '(listener)')}.`,
    );
  }
  throw new RequestError(
    'ERR_INVALID_OPTION',
    `${owner} needs a function as its first argument, not ${describeKind(listener)}.`,
  );
}

/** Whether a framework or a server called the adapter itself in place of what the adapter returns. */
function isRequestOrContext(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('headers' in value || 'req' in value);
}

export function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}

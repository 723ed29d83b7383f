/** The options that every adapter accepts, and their validation. */
import { RequestError } from '../errors.js';
import type { Sessions } from './session.js';
import { checkSessionsOption } from './sessions-option.js';

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
   * The time from the start of a request until its `signal` aborts with a `TimeoutError`, in milliseconds, at most
   * 2147483647. Default: none.
   */
  deadline?: number | undefined;

  /** The sessions that `session()` reads and writes, created by `sessions()` of `@throughline/request/sessions`. */
  session?: Sessions | undefined;
}

/** The longest delay of a timer, in milliseconds (a signed 32-bit integer). */
export const MAX_TIMER_DELAY = 2 ** 31 - 1;

/**
 * Validates the options of an adapter. It is called once, when the adapter is mounted.
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 */
export function checkScopeOptions(options: RequestScopeOptions): void {
  const { trustRequestId, deadline, session } = options;
  // Every request, and every object with which a framework calls a middleware, has one of these.
  if ('headers' in options || 'req' in options) {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      'requestScope was called with a request instead of its options, because it was mounted without a call. Use ' +
        'requestScope(), for example app.use(requestScope()).',
    );
  }
  checkSessionsOption(session);
  if (trustRequestId !== undefined && typeof trustRequestId !== 'boolean') {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `trustRequestId must be true or false, not ${String(trustRequestId)}.`,
    );
  }
  if (deadline !== undefined && !(typeof deadline === 'number' && deadline > 0 && deadline <= MAX_TIMER_DELAY)) {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `deadline must be a number of milliseconds above 0 and at most ${MAX_TIMER_DELAY}, not ${String(deadline)}.`,
    );
  }
}

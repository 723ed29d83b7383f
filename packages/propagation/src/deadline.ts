/**
 * Deadlines. A deadline travels as the time that remains, in milliseconds, so the clocks of two machines need not agree,
 * and each process can only shorten it. Inside a process it is a time of the monotonic clock.
 */
import { describeKind, invalidArgType, invalidArgValue } from './errors.js';
import { deadlineOfRequest } from './request-scopes.js';
import { type Deadline, shared } from './shared-state.js';

export type { Deadline } from './shared-state.js';

/** The longest delay of a timer, in milliseconds (a signed 32-bit integer): 24 days. */
export const MAX_DELAY = 2 ** 31 - 1;

/** What else aborts the signal of a deadline: the caller, or an outer deadline whose caller cancels. */
interface Cancellation {
  readonly signal: AbortSignal;
}

class DeadlineOfFlow implements Deadline {
  /** A time of `performance.now()`. */
  readonly #expiresAt: number;
  readonly #cancellation: Cancellation | undefined;
  #signal: AbortSignal | undefined;

  constructor(expiresAt: number, cancellation: Cancellation | undefined) {
    this.#expiresAt = expiresAt;
    this.#cancellation = cancellation;
  }

  get remaining(): number {
    return Math.max(0, this.#expiresAt - performance.now());
  }

  // A timer is created only for code that reads the signal.
  get signal(): AbortSignal {
    this.#signal ??= createSignal(this.remaining, this.#cancellation?.signal);
    return this.#signal;
  }
}

function createSignal(remaining: number, cancellation: AbortSignal | undefined): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('The deadline of the caller has passed.', 'TimeoutError'));
  if (remaining <= 0) {
    abort();
  } else {
    const timer: unknown = setTimeout(abort, Math.ceil(remaining));
    // A waiting flow must not keep the process alive. In browsers and workerd, timers are numbers without unref().
    if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref();
  }
  // A worker may have one signal for all of its work, so nothing is added to it.
  return cancellation === undefined ? controller.signal : AbortSignal.any([cancellation, controller.signal]);
}

/**
 * Creates a deadline.
 * @param milliseconds from now, at least 0
 * @param cancellation also aborts the signal of the deadline
 */
export function createDeadline(milliseconds: number, cancellation: Cancellation | undefined): Deadline {
  return new DeadlineOfFlow(performance.now() + milliseconds, cancellation);
}

/**
 * Calls a function that has a deadline, for the call and everything that it starts. `inject()` writes the time that
 * remains, so that other processes stop in time too. Inside another deadline, the earlier one holds.
 * @param milliseconds the time from now until the deadline, from 0 to 2147483647
 * @param fn the function; it reads the deadline with `currentDeadline()`
 * @param args the arguments of the function
 * @returns what `fn` returns; it is called even if the deadline has passed
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @throws what `fn` throws
 * @example
 * import { currentDeadline, inject, withDeadline } from '@throughline/propagation';
 *
 * const headers = withDeadline(2000, () => inject(new Headers()));
 * console.log(Number(headers.get('throughline-timeout-ms')) <= 2000); // true
 * const signal = withDeadline(10, () => currentDeadline()?.signal);
 * await new Promise((resolve) => setTimeout(resolve, 50));
 * console.log(signal?.reason.name); // TimeoutError
 */
export function withDeadline<R, A extends unknown[]>(milliseconds: number, fn: (...args: A) => R, ...args: A): R {
  if (typeof milliseconds !== 'number' || !(milliseconds >= 0 && milliseconds <= MAX_DELAY)) {
    throw invalidArgValue(
      `withDeadline(milliseconds, fn): milliseconds must be a number from 0 to ${MAX_DELAY}, not ` +
        `${describeKind(milliseconds)}.`,
    );
  }
  if (typeof fn !== 'function') throw invalidArgType('withDeadline(milliseconds, fn): fn', 'a function', fn);
  const outer = currentDeadline();
  if (outer !== undefined && outer.remaining <= milliseconds) return fn(...args);
  // The outer deadline passes later than this one, but its caller may cancel.
  return shared.deadlines.run(createDeadline(milliseconds, outer), fn, ...args);
}

/**
 * Returns the deadline of the current flow: that of `withDeadline()`, of the carrier that was received, or of the current
 * request of `@throughline/request`, whichever is earlier.
 * @returns the deadline, or undefined if there is none
 * @example
 * import { currentDeadline, withDeadline } from '@throughline/propagation';
 *
 * console.log(currentDeadline()); // undefined
 * withDeadline(50, () => console.log(Number(currentDeadline()?.remaining) <= 50)); // true
 */
export function currentDeadline(): Deadline | undefined {
  const own = shared.deadlines.getStore();
  // Read before the deadline of the request, which has less time left then, if it is the same: that of the carrier. Only
  // the signal of the request also aborts when its client disconnects.
  const remaining = own?.remaining;
  const ofRequest = deadlineOfRequest();
  if (own === undefined || remaining === undefined || ofRequest === undefined) return own ?? ofRequest;
  return remaining < ofRequest.remaining ? own : ofRequest;
}

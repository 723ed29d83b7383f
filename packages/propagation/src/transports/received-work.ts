/** What the transports of queues and brokers have in common. */
import { invalidArgType } from '../errors.js';
import type { ExtractOptions } from '../extract.js';
import type { InjectOptions } from '../inject.js';
import type { ScopeFields } from '../request-scopes.js';

/** How the values of the current flow are sent: `to` as in `inject()`. */
export type SendOptions = Pick<InjectOptions<object>, 'to'>;

/**
 * How received values are read: `trust`, `from`, `deadline`, `signal` and `scope` as in `extract()`. Nothing is believed
 * unless `trust` or a declaration says so.
 */
export type ReceiveOptions = Omit<ExtractOptions<object>, 'get' | 'elapsed'>;

/** @throws {TypeError} `ERR_INVALID_ARG_TYPE` if a handler is not a function, at the place where it is passed */
export function checkHandler(owner: string, fn: unknown): void {
  if (typeof fn !== 'function') throw invalidArgType(`${owner}(fn): fn`, 'a function', fn);
}

/** An id that its sender cannot have chosen in order to forge a line of a log. */
const SAFE_ID = /^[\w.:-]{1,128}$/;

/** Returns the fields of the request scope in which a job runs. */
export function jobScope(id: unknown, queue: string | undefined): ScopeFields {
  return {
    method: 'JOB',
    ...(queue !== undefined && { path: queue }),
    ...(typeof id === 'string' && SAFE_ID.test(id) && { id }),
  };
}

/** The longest time that `extract()` accepts, in milliseconds. */
const MAX_ELAPSED = 2 ** 31 - 1;

/**
 * Returns the milliseconds since something was sent, 0 if that is unknown.
 * @param sentAt in milliseconds since the epoch, by the clock of the sender
 */
export function elapsedSince(sentAt: unknown): number {
  const elapsed = typeof sentAt === 'number' ? Date.now() - sentAt : 0;
  return elapsed > 0 ? Math.min(elapsed, MAX_ELAPSED) : 0;
}

/** What the transports of queues and brokers have in common. */
import { invalidArgType } from '../errors.js';
import { type ExtractOptions, extract } from '../extract.js';
import type { InjectOptions } from '../inject.js';
import { checkOptionNames } from '../option-names.js';
import type { ScopeFields } from '../request-scopes.js';
import { checkTrust } from './trust-option.js';

/** How the values of the current flow are sent: `to` as in `inject()`. */
export type SendOptions = Pick<InjectOptions<object>, 'to'>;

/**
 * How received values are read: `trust`, `from`, `deadline`, `signal` and `scope` as in `extract()`. Nothing is believed
 * unless `trust` or a declaration says so.
 */
export type ReceiveOptions = Omit<ExtractOptions<object>, 'get' | 'elapsed'>;

const OPTION_NAMES: ReadonlySet<string> = new Set(['trust', 'from', 'deadline', 'signal', 'scope']);

/**
 * Checks the arguments of a function that wraps a handler, at the place where it is called. A handler that threw at each
 * message would use up the attempts of every job.
 * @param owner the function: `handleJob`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if the handler is not a function, or an option is
 * invalid
 */
export function checkHandler(owner: string, fn: unknown, options: ReceiveOptions | undefined): void {
  if (typeof fn !== 'function') throw invalidArgType(`${owner}(fn): fn`, 'a function', fn);
  if (options === undefined) return;
  checkOptionNames(`${owner}()`, options, OPTION_NAMES);
  checkTrust(`${owner}()`, options.trust);
  extract(undefined, options);
}

/**
 * @param owner the function: `createTelemetry()`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if a destination is neither a string nor a URL
 */
export function checkDestination(owner: string, to: unknown): void {
  if (to === undefined || typeof to === 'string' || to instanceof URL) return;
  throw invalidArgType(`${owner}: to`, 'a string or a URL', to);
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

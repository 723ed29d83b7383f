/** Functions that a scheduler calls again and again: each call is a flow of its own. */
import { invalidArgType } from '../errors.js';
import { extract } from '../index.js';
import { checkOptionNames } from '../option-names.js';

/** The options of `tick()`. */
export interface TickOptions {
  /** The name of the job, which is the `path` of the request scope of a tick. Default: the name of the function. */
  name?: string | undefined;

  /** The time from the start of a tick until its deadline, in milliseconds, at most 2147483647. Default: none. */
  deadline?: number | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['name', 'deadline']);

/**
 * Wraps the function of a job, so that each tick runs without the values of the code that has scheduled the job, which may
 * belong to one request. If `@throughline/request` is in the process, each tick has a request scope of its own, with an
 * id for its log lines and with the `signal` of the deadline.
 * @param fn the function of the job
 * @param options `name` and `deadline`
 * @returns the function to pass to the scheduler. It passes on arguments, results and errors.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { getRequestScope } from '@throughline/request';
 * import { tick } from '@throughline/propagation/croner';
 * import { Cron } from 'croner';
 *
 * const sendInvoices = (job) => {
 *   console.log(getRequestScope().method, getRequestScope().path); // JOB invoices
 *   job.stop();
 * };
 * new Cron('* * * * * *', tick(sendInvoices, { name: 'invoices' }));
 */
export function tick<A extends unknown[], R>(fn: (...args: A) => R, options: TickOptions = {}): (...args: A) => R {
  if (typeof fn !== 'function') throw invalidArgType('tick(): fn', 'a function', fn);
  checkOptionNames('tick()', options, OPTION_NAMES);
  const { name = fn.name, deadline } = options;
  if (typeof name !== 'string') throw invalidArgType('tick(): name', 'a string', name);
  const extractTick = () => extract(undefined, { deadline, scope: { method: 'JOB', path: name } });
  // An invalid deadline is reported here, not at the first tick.
  extractTick();
  return (...args) => extractTick().run(fn, ...args);
}

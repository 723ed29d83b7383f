/**
 * Values that travel with the jobs of pg-boss. A job of pg-boss has no field for metadata, so they are a property of its
 * data, which the handler does not see.
 */

import { invalidArgType } from '../errors.js';
import { extract } from '../extract.js';
import type { Extracted } from '../extracted.js';
import { inject } from '../inject.js';
import { checkOptionNames } from '../option-names.js';
import { recordDrop } from '../report.js';
import { TIMEOUT } from '../wire/carrier.js';
import { checkHandler, elapsedSince, jobScope, type ReceiveOptions, type SendOptions } from './received-work.js';

/** The property of the data with the carrier, and the time at which the job was sent. Data that was sent without it is handled without values. */
const CARRIER = '@throughline/propagation';

/** A job as far as its values are concerned. */
export interface CarryingJob {
  readonly id?: string;
  readonly name?: string;
  readonly data?: unknown;
  readonly signal?: AbortSignal;
}

/** The options of `injectData()`. */
export interface DataOptions extends SendOptions {
  /**
   * Whether the job has the deadline of the current flow. `false`: for a job that is meant to run after the request that
   * sends it, with `startAfter` or `schedule()`. Default: `true`.
   */
  deadline?: boolean | undefined;
}

const DATA_OPTION_NAMES: ReadonlySet<string> = new Set(['to', 'deadline']);

/** A job as a handler gets it that does not declare the type of its job. */
export interface ReceivedJob {
  readonly id: string;
  readonly name: string;
  readonly data: object;
}

/**
 * Adds the declared values of the current frame to the data of a job.
 * @param data the data, which is not changed. Default: an empty object
 * @param options `to` and `deadline`. Default: no destination is stated, and the job has the deadline of the flow
 * @returns a copy of the data that carries the values
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the data is not an object with properties of its own
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if the values exceed the limits of W3C Baggage
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { extractJob, injectData } from '@throughline/propagation/pg-boss';
 * import PgBoss from 'pg-boss';
 *
 * const tenant = new Propagated('tenant');
 * const boss = await new PgBoss('postgres://postgres@127.0.0.1/postgres').start();
 * await boss.createQueue('mails');
 * await tenant.run('acme', () => boss.send('mails', injectData({ to: 'ada@example.com' })));
 * const [job] = await boss.fetch('mails');
 * if (job) console.log(extractJob(job, { trust: true }).get(tenant)); // acme
 * await boss.stop();
 * @see https://timgit.github.io/pg-boss/#/./api/jobs?id=send
 */
export function injectData<D extends object>(data?: D | null, options: DataOptions = {}): D {
  const own: unknown = hasToJson(data) ? data.toJSON() : (data ?? {});
  if (typeof own !== 'object' || own === null || Array.isArray(own)) {
    throw invalidArgType('injectData(data): data', 'an object, to which the values are added as a property', data);
  }
  checkOptionNames('injectData()', options, DATA_OPTION_NAMES);
  const { to, deadline = true } = options;
  const carrier: Record<string, unknown> = inject({}, { to });
  if (!deadline) delete carrier[TIMEOUT];
  return { ...(own as D), [CARRIER]: { ...carrier, sentAt: Date.now() } };
}

/** Such data says itself how it is represented in JSON, which a copy of its properties would not do. */
function hasToJson(data: unknown): data is { toJSON(): unknown } {
  return typeof data === 'object' && data !== null && typeof Reflect.get(data, 'toJSON') === 'function';
}

/**
 * Extracts the values that a job carries. It never throws because of what a job contains: a job that was sent without
 * values, or with values that cannot be decoded, has none.
 * @param job the job
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the frame of the job, and its deadline
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { extractJob, injectData } from '@throughline/propagation/pg-boss';
 * import PgBoss from 'pg-boss';
 *
 * const tenant = new Propagated('tenant');
 * const boss = await new PgBoss('postgres://postgres@127.0.0.1/postgres').start();
 * await boss.createQueue('mails');
 * await tenant.run('acme', () => boss.send('mails', injectData()));
 *
 * for (const job of await boss.fetch('mails')) {
 *   extractJob(job, { trust: true }).run(() => console.log(tenant.get())); // acme
 *   await boss.complete('mails', job.id);
 * }
 * await boss.stop();
 * @see https://timgit.github.io/pg-boss/#/./api/jobs?id=fetch
 */
export function extractJob(job: CarryingJob, options?: ReceiveOptions): Extracted {
  const { name, id, data, signal } = job;
  const from = options?.from ?? `queue:${name ?? ''}`;
  const carrier = carrierOf(data, from);
  return extract(carrier, {
    scope: jobScope(id, name),
    ...(signal !== undefined && { signal }),
    ...options,
    from,
    elapsed: elapsedSince(carrier?.sentAt),
  });
}

function carrierOf(data: unknown, from: string): { readonly sentAt?: unknown } | undefined {
  if (!hasCarrier(data)) return undefined;
  const carrier = data[CARRIER];
  if (typeof carrier === 'object' && carrier !== null) return carrier;
  recordDrop('malformed', undefined, from);
  return undefined;
}

function hasCarrier(data: unknown): data is { readonly [CARRIER]: unknown } {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, CARRIER);
}

/**
 * Wraps a function that handles one job, so that it runs with the values that the job carries, and with no others. The
 * property that carries them is not part of the data that the function gets.
 * @param fn the function
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the handler to pass to `boss.work()`. It handles all jobs of a batch at the same time. If one fails, pg-boss
 * retries the batch, once all have ended
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { handleJob, injectData } from '@throughline/propagation/pg-boss';
 * import PgBoss from 'pg-boss';
 *
 * const tenant = new Propagated('tenant');
 * const boss = await new PgBoss('postgres://postgres@127.0.0.1/postgres').start();
 * await boss.createQueue('mails');
 * await tenant.run('acme', () => boss.send('mails', injectData({ to: 'ada@example.com' })));
 *
 * const send = handleJob(async (job) => {
 *   console.log(job.data, 'for', tenant.get()); // { to: 'ada@example.com' } for acme
 *   void boss.stop();
 * }, { trust: true });
 * await boss.work('mails', send);
 * @see https://timgit.github.io/pg-boss/#/./api/workers?id=work
 */
export function handleJob<J extends CarryingJob = ReceivedJob, R = unknown>(
  fn: (job: J) => R,
  options?: ReceiveOptions,
): (jobs: J[]) => Promise<Awaited<R> | Awaited<R>[]> {
  checkHandler('handleJob', fn, options);
  return async (jobs): Promise<Awaited<R> | Awaited<R>[]> => {
    const handled = jobs.map(async (job) => extractJob(job, options).run(fn, withoutCarrier(job)));
    // Without waiting for all, pg-boss would retry jobs that are still handled.
    await Promise.allSettled(handled);
    const results = await Promise.all(handled);
    return results.length === 1 ? (results[0] as Awaited<R>) : results;
  };
}

function withoutCarrier<J extends CarryingJob>(job: J): J {
  const { data } = job;
  if (!hasCarrier(data)) return job;
  const { [CARRIER]: _, ...ownData } = data;
  return { ...job, data: ownData };
}

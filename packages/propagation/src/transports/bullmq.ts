/**
 * Values that travel with the jobs of BullMQ, in the field of a job in which BullMQ's `telemetry` option keeps its
 * metadata. BullMQ stores this field with the options of the job, so it survives retries, crashes and restarts.
 *
 *     flow of a request                       Redis                              flow of the job
 *     queue.add() ── getMetadata() ──► opts.telemetry.metadata ──► handleJob() ──► processor
 *                    inject()            (JSON of a carrier)       extract()
 *
 * The values are not extracted by the `telemetry` option of the worker, although BullMQ offers that. The frame of a job
 * would then be current until its worker has fetched the next job, has emitted `active` for it and has scheduled the next
 * job of its scheduler: all of these would read the values of another job.
 */
import type { FlowJob, JobsOptions, Processor, SandboxedJob, Span, SpanKind, Telemetry, Tracer } from 'bullmq';
import { extract } from '../extract.js';
import type { Extracted } from '../extracted.js';
import { inject } from '../inject.js';
import { checkOptionNames } from '../option-names.js';
import { recordDrop } from '../report.js';
import { TIMEOUT } from '../wire/carrier.js';
import {
  checkDestination,
  checkHandler,
  elapsedSince,
  jobScope,
  type ReceiveOptions,
  type SendOptions,
} from './received-work.js';

/** A value of the enumeration `SpanKind`, without loading BullMQ. */
const PRODUCER: SpanKind.PRODUCER = 3;

/** The options of `createTelemetry()`. */
export interface TelemetryOptions extends SendOptions {
  /** Another telemetry, such as that of `bullmq-otel`, whose spans and metadata are kept. Default: none. */
  telemetry?: Telemetry | undefined;
}

const TELEMETRY_OPTIONS: ReadonlySet<string> = new Set(['to', 'telemetry']);

/** The context that BullMQ passes from a span to the metadata of the jobs that are added in it. */
interface JobContext {
  /** The context of the other telemetry. */
  readonly inner: unknown;
  /** Whether the operation adds jobs. All others keep the metadata of their jobs. */
  readonly isProducer: boolean;
}

/** A job as far as its values are concerned: a `Job`, or that of a sandboxed processor. */
export interface CarryingJob {
  readonly id?: string | undefined;
  readonly queueName?: string;
  readonly timestamp?: number;
  readonly repeatJobKey?: string | undefined;
  readonly opts?: {
    readonly delay?: number | undefined;
    readonly telemetry?: { readonly metadata?: string | undefined } | undefined;
    /** The metadata in the job of a sandboxed processor of BullMQ 5, as it is in Redis. */
    readonly tm?: string | undefined;
  };
}

/**
 * Creates the `telemetry` option of a `Queue`, a `FlowProducer` or a `Worker`. The jobs that a queue or a flow producer
 * adds, those of a job scheduler included, then carry the declared values of the flow that adds them. A job that is
 * retried keeps what it carries.
 *
 * A worker needs the option only if it has the telemetry of another library: it keeps that library from replacing what a
 * retried job carries. `handleJob()` reads the values.
 * @param options default: no destination is stated, and there is no other telemetry
 * @returns the telemetry
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` if there is an unknown option
 * @throws when a job is added: {RangeError} `ERR_OUT_OF_RANGE` if the values exceed the limits of W3C Baggage
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { createTelemetry, handleJob } from '@throughline/propagation/bullmq';
 * import { Queue, Worker } from 'bullmq';
 *
 * const connection = { host: '127.0.0.1', port: 6379 };
 * const tenant = new Propagated('tenant');
 * const mails = new Queue('mails', { connection, telemetry: createTelemetry() });
 * await tenant.run('acme', () => mails.add('welcome', { to: 'ada@example.com' }));
 *
 * const send = handleJob(async (job) => console.log(job.name, tenant.get()), { trust: true }); // welcome acme
 * const worker = new Worker('mails', send, { connection });
 * worker.on('completed', () => Promise.all([worker.close(), mails.close()]));
 * @see https://docs.bullmq.io/guide/telemetry
 */
export function createTelemetry(options: TelemetryOptions = {}): Telemetry<JobContext> {
  checkOptionNames('createTelemetry()', options, TELEMETRY_OPTIONS);
  const { to, telemetry: inner } = options;
  checkDestination('createTelemetry()', to);
  const manager = inner?.contextManager;
  return {
    tracer: createTracer(inner?.tracer),
    contextManager: {
      active: (): JobContext => ({ inner: manager?.active(), isProducer: false }),
      with: (context: JobContext, fn) => (manager === undefined ? fn() : manager.with(context.inner, fn)),
      // BullMQ keeps the metadata of a job if there is no new one.
      getMetadata(context: JobContext): string {
        if (!context.isProducer) return '';
        if (manager === undefined) return JSON.stringify(inject({}, { to }));
        const carrier = parseInnerMetadata(manager.getMetadata(context.inner));
        // In the context of the new span, whose ids `inject()` would otherwise replace with those of the span around it.
        return JSON.stringify(manager.with(context.inner, () => inject(carrier, { to })));
      },
      fromMetadata: (active: JobContext, metadata): JobContext => ({
        inner: manager?.fromMetadata(active.inner, metadata),
        isProducer: false,
      }),
    },
    ...(inner?.meter !== undefined && { meter: inner.meter }),
  };
}

function createTracer(inner: Tracer | undefined): Tracer<JobContext> {
  return {
    startSpan(name, options, context) {
      const span = inner?.startSpan(name, options, context?.inner);
      return {
        setSpanOnContext: (current) => ({
          inner: span === undefined ? current.inner : span.setSpanOnContext(current.inner),
          isProducer: options?.kind === PRODUCER,
        }),
        setAttribute: (key, value) => span?.setAttribute(key, value),
        setAttributes: (attributes) => span?.setAttributes(attributes),
        addEvent: (event, attributes) => span?.addEvent(event, attributes),
        recordException: (exception, time) => span?.recordException(exception, time),
        end: () => span?.end(),
      } satisfies Span<JobContext>;
    },
  };
}

function parseInnerMetadata(metadata: string): Record<string, string> {
  const carrier = parseCarrier(metadata);
  if (carrier !== undefined) return carrier;
  throw new TypeError(
    'createTelemetry({ telemetry }): the metadata of this telemetry is not a JSON object, as that of bullmq-otel is, so no ' +
      'values can be added to it. Set this telemetry without createTelemetry(), and pass injectJob() as the options of each job.',
  );
}

/** Returns undefined if the text is not the JSON of an object. */
function parseCarrier(metadata: string): Record<string, string> | undefined {
  try {
    const carrier: unknown = JSON.parse(metadata);
    return typeof carrier === 'object' && carrier !== null && !Array.isArray(carrier)
      ? (carrier as Record<string, string>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Adds the declared values of the current frame to the options of a job, for queues without `createTelemetry()`.
 * @param options the options of the job, which are not changed. Default: none
 * @param injectOptions default: no destination is stated
 * @returns a copy of the options that carries the values
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if the values exceed the limits of W3C Baggage
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { injectJob } from '@throughline/propagation/bullmq';
 * import { Queue } from 'bullmq';
 *
 * const tenant = new Propagated('tenant');
 * const drafts = new Queue('drafts', { connection: { host: '127.0.0.1', port: 6379 } });
 * const job = await tenant.run('acme', () => drafts.add('welcome', {}, injectJob({ attempts: 3 })));
 * console.log(job.opts.telemetry?.metadata); // {"baggage":"tenant=acme"}
 * await drafts.close();
 * @see https://docs.bullmq.io/guide/jobs
 */
export function injectJob<O extends JobsOptions>(options?: O, injectOptions?: SendOptions): O {
  const metadata = JSON.stringify(inject({}, injectOptions));
  return { ...options, telemetry: { ...options?.telemetry, metadata } } as O;
}

/**
 * Adds the declared values of the current frame to each job of a flow. BullMQ passes the metadata of its telemetry only to
 * those jobs of a flow that have options, so a flow producer needs this function.
 * @param flow the flow, which is not changed
 * @param injectOptions default: no destination is stated
 * @returns a copy of the flow whose jobs carry the values
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if the values exceed the limits of W3C Baggage
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { handleJob, injectFlow } from '@throughline/propagation/bullmq';
 * import { FlowProducer, Worker } from 'bullmq';
 *
 * const connection = { host: '127.0.0.1', port: 6379 };
 * const tenant = new Propagated('tenant');
 * const flows = new FlowProducer({ connection });
 * const children = [{ name: 'charge', queueName: 'orders' }];
 * await tenant.run('acme', () => flows.add(injectFlow({ name: 'ship', queueName: 'orders', children })));
 *
 * const work = handleJob(async (job) => `${job.name} for ${tenant.get()}`, { trust: true });
 * const worker = new Worker('orders', work, { connection });
 * worker.on('completed', (job, result) => {
 *   if (job.name !== 'ship') return;
 *   console.log(result); // ship for acme
 *   return Promise.all([worker.close(), flows.close()]);
 * });
 * @see https://docs.bullmq.io/guide/flows
 */
export function injectFlow(flow: FlowJob, injectOptions?: SendOptions): FlowJob {
  return injectNode(flow, JSON.stringify(inject({}, injectOptions)));
}

/** A job of a flow. BullMQ has several types for it, which differ in the options that a job may have at its place. */
interface FlowNode {
  readonly opts?: Pick<JobsOptions, 'telemetry'> | undefined;
  readonly children?: readonly FlowNode[] | undefined;
}

function injectNode<Node extends FlowNode>(node: Node, metadata: string): Node {
  return {
    ...node,
    opts: { ...node.opts, telemetry: { ...node.opts?.telemetry, metadata } },
    ...(node.children !== undefined && { children: node.children.map((child) => injectNode(child, metadata)) }),
  };
}

/**
 * Extracts the values that a job carries. It never throws because of what a job contains: a job that was added without
 * values, or with values that cannot be decoded, has none. The time that the job has waited counts for its deadline. A job
 * with a delay, or of a job scheduler, has no deadline.
 * @param job the job
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the frame of the job, and its deadline
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { createTelemetry, extractJob } from '@throughline/propagation/bullmq';
 * import { Job, Queue } from 'bullmq';
 *
 * const tenant = new Propagated('tenant');
 * const connection = { host: '127.0.0.1', port: 6379 };
 * const letters = new Queue('letters', { connection, telemetry: createTelemetry() });
 * const { id } = await tenant.run('acme', () => letters.add('welcome', {}));
 *
 * const job = await Job.fromId(letters, `${id}`);
 * if (job) extractJob(job, { trust: true }).run(() => console.log(tenant.get())); // acme
 * await letters.close();
 * @see https://docs.bullmq.io/guide/events
 */
export function extractJob(job: CarryingJob, options?: ReceiveOptions): Extracted {
  const { id, queueName, timestamp } = job;
  const from = options?.from ?? `queue:${queueName ?? ''}`;
  return extract(carrierOf(job, from), {
    scope: jobScope(id, queueName),
    ...options,
    from,
    elapsed: elapsedSince(timestamp),
  });
}

function carrierOf({ opts, repeatJobKey }: CarryingJob, from: string): object | undefined {
  const metadata = opts?.telemetry?.metadata ?? opts?.tm;
  if (metadata === undefined || metadata === '') return undefined;
  const carrier = typeof metadata === 'string' ? parseCarrier(metadata) : undefined;
  if (carrier === undefined) recordDrop('malformed', undefined, from);
  // Such a job is meant to run after the request that has added it.
  else if (repeatJobKey !== undefined || (opts?.delay ?? 0) > 0) delete carrier[TIMEOUT];
  return carrier;
}

/**
 * Wraps the processor of a worker, so that it runs for each job with the values that the job carries, and with no others.
 * @param processor the function. BullMQ passes a signal to a processor with three parameters, also if it is wrapped; the
 * signal of the request scope and of `currentDeadline()` then aborts with it
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the processor to pass to the worker, or to export from the file of a sandboxed processor
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { createTelemetry, handleJob } from '@throughline/propagation/bullmq';
 * import { Queue, Worker } from 'bullmq';
 *
 * const connection = { host: '127.0.0.1', port: 6379 };
 * const tenant = new Propagated('tenant');
 * const mails = new Queue('mails', { connection, telemetry: createTelemetry() });
 * await tenant.run('acme', () => mails.add('welcome', {}));
 *
 * const send = handleJob(async () => `sent for ${tenant.get()}`, { trust: true });
 * const worker = new Worker('mails', send, { connection });
 * worker.on('completed', (job, result) => {
 *   console.log(result); // sent for acme
 *   return Promise.all([worker.close(), mails.close()]);
 * });
 * @see https://docs.bullmq.io/guide/workers
 */
export function handleJob<P extends Processor>(processor: P, options?: ReceiveOptions): P;
export function handleJob<P extends SandboxedProcessor>(processor: P, options?: ReceiveOptions): P;
export function handleJob<P extends Processor | SandboxedProcessor>(processor: P, options?: ReceiveOptions): P {
  checkHandler('handleJob', processor, options);
  return wrap(processor, options);
}

/** The function of a file that BullMQ runs in a process or a thread of its own. */
export type SandboxedProcessor = (job: SandboxedJob) => Promise<unknown>;

/**
 * Wraps a listener whose first argument is a job, so that it runs with the values that the job carries, and with no others.
 * Without it, the listeners of a worker run in the frame in which the worker was created.
 * @param listener the function. For the event `failed`, BullMQ may pass no job: it then runs without values
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the listener to pass to `worker.on()`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { createTelemetry, handleJobEvent } from '@throughline/propagation/bullmq';
 * import { Queue, Worker } from 'bullmq';
 *
 * const connection = { host: '127.0.0.1', port: 6379 };
 * const tenant = new Propagated('tenant');
 * const mails = new Queue('mails', { connection, telemetry: createTelemetry() });
 * await tenant.run('acme', () => mails.add('welcome', {}));
 *
 * const worker = new Worker('mails', async () => {}, { connection });
 * const report = handleJobEvent((job) => console.log('sent', tenant.get()), { trust: true }); // sent acme
 * worker.on('completed', report);
 * worker.on('completed', () => Promise.all([worker.close(), mails.close()]));
 * @see https://docs.bullmq.io/guide/events
 */
export function handleJobEvent<A extends [job?: CarryingJob | undefined, ...rest: unknown[]], R>(
  listener: (...args: A) => R,
  options?: ReceiveOptions,
): (...args: A) => R {
  checkHandler('handleJobEvent', listener, options);
  return wrap(listener, options);
}

function wrap<F extends (...args: never[]) => unknown>(fn: F, options: ReceiveOptions | undefined): F {
  const handle = (...args: Parameters<F>) => {
    const [job, , signal]: readonly [job?: CarryingJob, token?: unknown, signal?: unknown, ...rest: unknown[]] = args;
    const cancellation = signal instanceof AbortSignal ? { signal } : {};
    return extractJob(job ?? {}, { ...cancellation, ...options }).run(fn, ...args);
  };
  // BullMQ passes a signal to a processor only if it has three parameters.
  return Object.defineProperty(handle, 'length', { value: fn.length }) as F;
}

/** BullMQ on a real Redis: producers, workers, flows, schedulers, retries, crashes and events. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { propagationReport } from '@throughline/propagation';
import {
  createTelemetry,
  extractJob,
  handleJob,
  handleJobEvent,
  injectFlow,
  injectJob,
} from '@throughline/propagation/bullmq';
import { isNotInstalled, type NotInstalled, startRedis, type TestServer } from '@throughline/testing/databases';
import { FlowProducer, Job, Queue, QueueEvents, type Telemetry, Worker, type WorkerOptions } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import { HOSTILE_ENTRIES, NOTHING, type Reads, readLater, readValues, runInFlow, tenant, valuesOf } from './values.js';

let redis: TestServer | NotInstalled;
before(async () => {
  redis = await startRedis();
});
after(async () => {
  if (!isNotInstalled(redis)) await redis[Symbol.asyncDispose]();
});

/** The queues and workers of one test, which are closed at its end. */
class Fixture {
  static #count = 0;
  readonly connection;
  /** Each test has a queue of its own. */
  readonly name = `test-${Fixture.#count++}`;
  readonly #closables: { close(force?: boolean): Promise<void> }[] = [];

  constructor({ port }: TestServer) {
    this.connection = { host: '127.0.0.1', port };
  }

  queue(options: { telemetry?: Telemetry } = { telemetry: createTelemetry() }, name = this.name): Queue {
    return this.add(new Queue(name, { connection: this.connection, ...options }));
  }

  flowProducer(options: { telemetry?: Telemetry } = {}): FlowProducer {
    return this.add(new FlowProducer({ connection: this.connection, ...options }));
  }

  events(): QueueEvents {
    return this.add(new QueueEvents(this.name, { connection: this.connection }));
  }

  worker(processor: (job: Job) => Promise<unknown>, options: Partial<WorkerOptions> = {}, name = this.name): Worker {
    return this.add(new Worker(name, processor, { connection: this.connection, concurrency: 8, ...options }));
  }

  add<T extends { close(): Promise<void> }>(closable: T): T {
    this.#closables.push(closable);
    return closable;
  }

  async close(): Promise<void> {
    for (const closable of this.#closables.reverse()) await closable.close();
  }
}

async function withFixture(testContext: TestContext, test: (fixture: Fixture) => Promise<void>): Promise<void> {
  if (isNotInstalled(redis)) {
    testContext.skip(redis.reason);
    return;
  }
  const fixture = new Fixture(redis);
  try {
    await test(fixture);
  } finally {
    await fixture.close();
  }
}

/** What a job has read, in the order of its steps. */
type JobReads = Record<string, Reads>;

const trusting = { trust: true } as const;

/** Reads the values at once and after other jobs have run. */
const readTwice = handleJob(async (_: Job): Promise<JobReads> => {
  const first = readValues();
  return { first, later: await readLater() };
}, trusting);

/** Resolves with the results of jobs, by the `number` in their data, when this many have completed. */
function collectResults(worker: Worker, count: number): Promise<Map<number, unknown>> {
  const results = new Map<number, unknown>();
  return new Promise((resolve, reject) => {
    worker.on('completed', (job, result) => {
      results.set(job.data.number, result);
      if (results.size === count) resolve(results);
    });
    worker.on('failed', (_, error) => reject(error));
  });
}

const numbers = Array.from({ length: 40 }, (_, index) => index);

describe('BullMQ', { timeout: 120_000 }, () => {
  it('runs each job with the values of the flow that added it', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      const results = collectResults(fixture.worker(readTwice), numbers.length);
      await Promise.all(numbers.map((number) => runInFlow(number, () => queue.add('job', { number }))));
      const expected = new Map(numbers.map((number) => [number, { first: valuesOf(number), later: valuesOf(number) }]));
      assert.deepEqual(sorted(await results), sorted(expected));
    }));

  it('runs jobs that are added in bulk, or with injectJob(), with the values of their flow', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      const plain = fixture.queue({});
      const results = collectResults(fixture.worker(readTwice), 3);
      await runInFlow(1, () =>
        queue.addBulk([
          { name: 'job', data: { number: 1 } },
          { name: 'job', data: { number: 2 }, opts: { attempts: 2 } },
        ]),
      );
      await runInFlow(3, () => plain.add('job', { number: 3 }, injectJob({ attempts: 2 })));
      const reads = await results;
      for (const [number, flow] of [
        [1, 1],
        [2, 1],
        [3, 3],
      ] as const) {
        assert.deepEqual(reads.get(number), { first: valuesOf(flow), later: valuesOf(flow) });
      }
    }));

  it('runs a job that carries nothing without values, also in a worker that a flow has created', (t) =>
    withFixture(t, async (fixture) => {
      const { dropped } = propagationReport();
      const worker = runInFlow(99, () => fixture.worker(readTwice));
      const results = collectResults(worker, 20);
      const plain = fixture.queue({});
      await runInFlow(98, () => Promise.all(Array.from({ length: 20 }, (_, number) => plain.add('job', { number }))));
      for (const reads of (await results).values()) assert.deepEqual(reads, { first: NOTHING, later: NOTHING });
      assert.equal(propagationReport().dropped, dropped);
    }));

  it('believes nothing without trust', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      const results = collectResults(fixture.worker(handleJob(async (_: Job) => readLater())), 1);
      await runInFlow(1, () => queue.add('job', { number: 1 }));
      assert.deepEqual((await results).get(1), NOTHING);
    }));

  it('handles each job whose metadata cannot be decoded', (t) =>
    withFixture(t, async (fixture) => {
      t.mock.method(process, 'emitWarning', () => {});
      const plain = fixture.queue({});
      const metadata = [
        '{',
        'null',
        '[]',
        '"text"',
        '5',
        '{"baggage":5}',
        '{"baggage":["tenant=a","tenant=b"]}',
        '{"__proto__":{"baggage":"tenant=evil"}}',
        ...HOSTILE_ENTRIES.map((baggage) => JSON.stringify({ baggage })),
      ];
      const results = collectResults(fixture.worker(readTwice), metadata.length);
      await plain.addBulk(
        metadata.map((text, number) => ({ name: 'job', data: { number }, opts: { telemetry: { metadata: text } } })),
      );
      for (const [number, reads] of await results) {
        assert.deepEqual(reads, { first: NOTHING, later: NOTHING }, `${metadata[number]?.slice(0, 100)}`);
      }
    }));

  it('does not send a job whose values exceed the limits', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      await assert.rejects(
        tenant.run('x'.repeat(10_000), () => queue.add('job', {})),
        { code: 'ERR_OUT_OF_RANGE', message: /tenant/ },
      );
      assert.equal(await queue.count(), 0);
    }));

  it('runs all jobs of a flow with the values of the flow that added them', (t) =>
    withFixture(t, async (fixture) => {
      const children = `${fixture.name}-children`;
      const childReads: Reads[] = [];
      fixture.worker(
        handleJob(async (_: Job) => void childReads.push(await readLater()), trusting),
        {},
        children,
      );
      const results = collectResults(fixture.worker(readTwice), 1);
      await runInFlow(5, () =>
        fixture.flowProducer().add(
          injectFlow({
            name: 'parent',
            queueName: fixture.name,
            data: { number: 5 },
            children: [
              { name: 'child', queueName: children },
              { name: 'child', queueName: children, opts: { attempts: 2 } },
              { name: 'child', queueName: children, children: [{ name: 'grandchild', queueName: children }] },
            ],
          }),
        ),
      );
      assert.deepEqual((await results).get(5), { first: valuesOf(5), later: valuesOf(5) });
      assert.deepEqual(childReads, Array(4).fill(valuesOf(5)));
    }));

  it('runs each job of a scheduler with the values of the flow that created it, between jobs of others', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      const reads: Record<string, Reads[]> = { scheduled: [], anonymous: [], other: [] };
      const isComplete = new Promise<void>((resolve) => {
        // One job at a time: the worker schedules the next job directly after a job of another flow.
        fixture.worker(
          handleJob(async (job: Job) => {
            reads[job.name]?.push(await readLater());
            if (reads.scheduled?.length === 4 && (reads.anonymous?.length ?? 0) >= 4) resolve();
          }, trusting),
          { concurrency: 1 },
        );
      });
      await runInFlow(1, () => queue.upsertJobScheduler('own', { every: 60, limit: 4 }, { name: 'scheduled' }));
      await queue.upsertJobScheduler('none', { every: 60 }, { name: 'anonymous' });
      const timer = setInterval(() => void runInFlow(2, () => queue.add('other', {})), 10);
      await isComplete;
      clearInterval(timer);
      await queue.removeJobScheduler('none');
      assert.deepEqual(reads.scheduled, Array(4).fill(valuesOf(1)));
      assert.ok(reads.anonymous?.every((read) => read.tenant === undefined && read.order === undefined));
      assert.ok((reads.other?.length ?? 0) > 0);
      assert.ok(reads.other?.every((read) => read.tenant === valuesOf(2).tenant));
    }));

  it('retries a job with what it carries, at once and after a delay, also if another telemetry replaces its metadata', (t) =>
    withFixture(t, async (fixture) => {
      const attempts = new Map<number, Reads[]>();
      const processor = handleJob(async (job: Job) => {
        const reads = attempts.get(job.data.number) ?? [];
        attempts.set(job.data.number, [...reads, await readLater()]);
        if (job.attemptsMade < 2) throw new Error('The server of the mails does not respond.');
      }, trusting);
      for (const telemetry of [undefined, createTelemetry({ telemetry: new BullMQOtel({ tracerName: 'test' }) })]) {
        attempts.clear();
        const name = `${fixture.name}-${telemetry === undefined ? 'plain' : 'traced'}`;
        const queue = fixture.queue({ telemetry: telemetry ?? createTelemetry() }, name);
        const worker = fixture.worker(processor, telemetry === undefined ? {} : { telemetry }, name);
        const completed = new Promise<void>((resolve) => {
          worker.on(
            'completed',
            () => attempts.size === 2 && [...attempts.values()].every((r) => r.length === 3) && resolve(),
          );
        });
        await runInFlow(1, () => queue.add('job', { number: 1 }, { attempts: 3 }));
        await runInFlow(2, () => queue.add('job', { number: 2 }, { attempts: 3, backoff: 20 }));
        await completed;
        assert.deepEqual(attempts.get(1), Array(3).fill(valuesOf(1)));
        assert.deepEqual(attempts.get(2), Array(3).fill(valuesOf(2)));
      }
    }));

  it('runs a job again with its values when its worker has been killed', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      await runInFlow(7, () => queue.add('job', { number: 7 }));
      const program = fileURLToPath(new URL('endless-worker.js', import.meta.url));
      const child = spawn(process.execPath, [program, `${fixture.connection.port}`, fixture.name], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
      assert.deepEqual(JSON.parse(line), valuesOf(7), 'the worker that is killed has started the job');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const worker = fixture.worker(readTwice, { stalledInterval: 100 });
      assert.deepEqual((await collectResults(worker, 1)).get(7), { first: valuesOf(7), later: valuesOf(7) });
    }));

  it('lets listeners of events run with the values of their job, and with no others', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      const events = fixture.events();
      await events.waitUntilReady();
      const seen: [event: string, number: number, reads: Reads][] = [];
      const record = (event: string) =>
        handleJobEvent((job?: Job) => seen.push([event, job?.data.number, readValues()]), trusting);
      const worker = fixture.worker(
        handleJob(async (job: Job) => {
          await readLater();
          if (job.data.number === 3) throw new Error('The server of the mails does not respond.');
        }, trusting),
        { concurrency: 1, autorun: false },
      );
      worker.on('active', record('active')).on('completed', record('completed')).on('failed', record('failed'));
      const unwrapped: Reads[] = [];
      worker.on('active', () => unwrapped.push(readValues()));
      const global = Promise.all(
        [1, 2].map(
          () =>
            new Promise<void>((resolve) => {
              events.once('completed', async ({ jobId }) => {
                const job = await Job.fromId(queue, jobId);
                if (job === undefined) return;
                extractJob(job, trusting).run(() => seen.push(['global', job.data.number, readValues()]));
                resolve();
              });
            }),
        ),
      );
      for (const number of [1, 2, 3]) await runInFlow(number, () => queue.add('job', { number }));
      const failed = once(worker, 'failed');
      const running = worker.run();
      await failed;
      await global;
      for (const [event, number, reads] of seen) assert.deepEqual(reads, valuesOf(number), `${event} of ${number}`);
      const count = (event: string) => seen.filter(([name]) => name === event).length;
      assert.deepEqual(['active', 'completed', 'failed', 'global'].map(count), [3, 2, 1, 2]);
      assert.deepEqual(unwrapped, [NOTHING, NOTHING, NOTHING], 'a listener that is not wrapped runs without values');
      await worker.close();
      await running;
    }));

  it('passes the signal to a processor with three parameters, and keeps its result and its errors', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      const processor = handleJob(
        async (_job: Job, _token?: string, signal?: AbortSignal) => signal instanceof AbortSignal,
      );
      assert.equal(processor.length, 3);
      const results = collectResults(fixture.worker(processor), 1);
      await queue.add('job', { number: 1 });
      assert.equal((await results).get(1), true);
      const failing = handleJobEvent((_?: Job) => {
        throw new Error('synchronous');
      });
      assert.throws(() => failing(), /synchronous/);
      assert.throws(() => handleJob('file.js' as never), { code: 'ERR_INVALID_ARG_TYPE' });
    }));

  it('runs a sandboxed processor with the values of its job', (t) =>
    withFixture(t, async (fixture) => {
      const queue = fixture.queue();
      const file = new URL('sandboxed-processor.js', import.meta.url);
      const worker = fixture.add(
        new Worker(fixture.name, fileURLToPath(file), {
          connection: fixture.connection,
          useWorkerThreads: true,
          // Otherwise BullMQ passes on those of this process, and a worker thread rejects --expose-gc.
          workerThreadsOptions: { execArgv: [] },
        }),
      );
      const results = collectResults(worker, 1);
      await runInFlow(4, () => queue.add('job', { number: 4 }));
      assert.deepEqual((await results).get(4), valuesOf(4));
    }));
});

describe('BullMQ with bullmq-otel', { timeout: 120_000 }, () => {
  before(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
  });
  after(() => {
    context.disable();
    trace.disable();
    propagation.disable();
  });

  it('carries the span of bullmq-otel and the values, and each finds its own', (t) =>
    withFixture(t, async (fixture) => {
      const telemetry = createTelemetry({ telemetry: new BullMQOtel({ tracerName: 'test' }) });
      const queue = fixture.queue({ telemetry });
      const processor = handleJob(
        async (_: Job) => ({ ...(await readLater()), traceId: trace.getActiveSpan()?.spanContext().traceId }),
        trusting,
      );
      const results = collectResults(fixture.worker(processor, { telemetry }), 2);
      const traceIds = await Promise.all(
        [1, 2].map((number) =>
          trace.getTracer('test').startActiveSpan('request', async (span) => {
            const job = await runInFlow(number, () => queue.add('job', { number }));
            const carrier = JSON.parse(job.opts.telemetry?.metadata ?? '');
            assert.notEqual(carrier.traceparent.split('-')[2], span.spanContext().spanId, 'the span of bullmq-otel');
            span.end();
            return span.spanContext().traceId;
          }),
        ),
      );
      const reads = await results;
      for (const [index, traceId] of traceIds.entries()) {
        assert.deepEqual(reads.get(index + 1), { ...valuesOf(index + 1), traceId });
      }
    }));

  it('rejects a job if the metadata of the other telemetry is not a JSON object', (t) =>
    withFixture(t, async (fixture) => {
      const other = new BullMQOtel({ tracerName: 'test' });
      other.contextManager.getMetadata = () => 'trace=1';
      const queue = fixture.queue({ telemetry: createTelemetry({ telemetry: other }) });
      await assert.rejects(queue.add('job', {}), /not a JSON object.*injectJob\(\)/);
    }));
});

function sorted<T>(entries: Map<number, T>): [number, T][] {
  return [...entries].sort(([a], [b]) => a - b);
}

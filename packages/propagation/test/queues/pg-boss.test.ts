/** pg-boss on a real PostgreSQL: jobs, batches, retries and schedules, with version 10 and, where Node is new enough, 12. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { propagationReport } from '@throughline/propagation';
import { extractJob, handleJob, injectData } from '@throughline/propagation/pg-boss';
import { startPostgres } from '@throughline/testing/databases';
import PgBoss from 'pg-boss';
import { HOSTILE_ENTRIES, NOTHING, type Reads, readLater, runInFlow, valuesOf } from './values.js';
import { withServer } from './with-server.js';

const trusting = { trust: true } as const;
const numbers = Array.from({ length: 20 }, (_, index) => index);
const fast = { pollingIntervalSeconds: 0.5, batchSize: 20 };

interface NumberedData {
  readonly number: number;
}

test('pg-boss', { timeout: 180_000 }, (context) =>
  withServer(context, startPostgres, async (server) => {
    const boss = new PgBoss(server.url);
    boss.on('error', (error) => assert.fail(error));
    await boss.start();

    await context.test(
      'runs each job with the values of the flow that sent it, and without their property',
      async () => {
        await boss.createQueue('jobs');
        const reads = new Map<number, Reads>();
        const { promise, resolve } = withResolvers();
        for (const number of numbers) await runInFlow(number, () => boss.send('jobs', injectData({ number })));
        const handler = handleJob(async ({ data }: PgBoss.Job<NumberedData>) => {
          assert.deepEqual(Object.keys(data), ['number']);
          reads.set(data.number, await readLater());
          if (reads.size === numbers.length) resolve();
        }, trusting);
        await boss.work('jobs', fast, handler);
        await promise;
        for (const number of numbers) assert.deepEqual(reads.get(number), valuesOf(number));
      },
    );

    await context.test('retries a job with what it carries, and returns the result of a single job', async () => {
      await boss.createQueue('retried');
      const attempts: Reads[] = [];
      const id = await runInFlow(1, () => boss.send('retried', injectData(), { retryLimit: 2, retryDelay: 0 }));
      const handler = handleJob(async (_: PgBoss.Job<object>) => {
        attempts.push(await readLater());
        if (attempts.length < 3) throw new Error('The server of the mails does not respond.');
        return { sent: true };
      }, trusting);
      await boss.work('retried', { pollingIntervalSeconds: 0.5 }, handler);
      const job = await poll(async () => {
        const found = await boss.getJobById('retried', `${id}`);
        return found?.state === 'completed' ? found : undefined;
      });
      assert.deepEqual(attempts, Array(3).fill(valuesOf(1)));
      assert.deepEqual(job.output, { sent: true });
    });

    await context.test('fails a batch with the first error once all of its jobs have ended', async () => {
      const ended: number[] = [];
      const handler = handleJob(async ({ data }: { data: NumberedData }) => {
        await readLater();
        if (data.number === 0) throw new Error('first');
        await readLater();
        ended.push(data.number);
        return data.number;
      }, trusting);
      await assert.rejects(handler([{ data: { number: 0 } }, { data: { number: 1 } }]), /first/);
      assert.deepEqual(ended, [1]);
      assert.deepEqual(await handler([{ data: { number: 2 } }, { data: { number: 3 } }]), [2, 3]);
    });

    await context.test('handles jobs without values, with hostile ones, and those that are not trusted', async (t) => {
      const { dropped } = propagationReport();
      await boss.createQueue('plain');
      for (const number of numbers) await boss.send('plain', { number });
      await boss.send('plain', {});
      const plain = await boss.fetch<object>('plain', { batchSize: 100 });
      assert.equal(plain.length, numbers.length + 1);
      const read = handleJob(readLater, trusting);
      assert.deepEqual(await runInFlow(99, () => read(plain)), Array(plain.length).fill(NOTHING));
      assert.equal(propagationReport().dropped, dropped);

      t.mock.method(process, 'emitWarning', () => {});
      await boss.createQueue('hostile');
      const key = Object.keys(injectData()).at(0) ?? '';
      // PostgreSQL has no character U+0000.
      const entries = HOSTILE_ENTRIES.filter((entry) => !entry.includes('\0'));
      const carriers = [null, 5, 'text', [], ['baggage'], { baggage: 5 }, ...entries.map((baggage) => ({ baggage }))];
      for (const carrier of carriers) await boss.send('hostile', { [key]: carrier });
      const hostile = await boss.fetch<object>('hostile', { batchSize: 100 });
      assert.deepEqual(await read(hostile), Array(carriers.length).fill(NOTHING));

      await boss.createQueue('own');
      await runInFlow(1, () => boss.send('own', injectData({ number: 1 })));
      const [job] = await boss.fetch<NumberedData>('own');
      assert.ok(job);
      assert.deepEqual(await extractJob(job).run(readLater), NOTHING);
      assert.deepEqual(await extractJob(job, trusting).run(readLater), valuesOf(1));
    });

    await context.test('refuses data that is not an object', () => {
      assert.throws(() => injectData([1]), { code: 'ERR_INVALID_ARG_TYPE', message: /an array/ });
      assert.throws(() => injectData('text' as never), { code: 'ERR_INVALID_ARG_TYPE', message: /string/ });
      assert.deepEqual(Object.keys(injectData(null)).length, 1);
    });

    await boss.stop({ graceful: false });
  }),
);

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function poll<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    await readLater();
  }
}

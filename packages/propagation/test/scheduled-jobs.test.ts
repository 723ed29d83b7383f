/** Jobs of croner and node-cron. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { currentDeadline } from '@throughline/propagation';
import { type TickOptions, tick } from '@throughline/propagation/croner';
import { tick as nodeCronTick } from '@throughline/propagation/node-cron';
import { getRequestScope, tryGetRequestScope } from '@throughline/request';
import { Cron } from 'croner';
import { schedule } from 'node-cron';
import { tenant } from './processes/declared-values.js';

interface Tick {
  readonly tenant: string | undefined;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly remaining: number | undefined;
}

function readTick(): Tick {
  const { id, method, path } = getRequestScope();
  return { tenant: tenant.get(), id, method, path, remaining: currentDeadline()?.remaining };
}

describe('a tick', () => {
  it('of croner has a scope of its own, and no values of the code that has scheduled the job', async () => {
    const ticks: Tick[] = [];
    await new Promise<void>((resolve) => {
      const job = tenant.run('scheduler', () => {
        const run = async (self: Cron) => {
          await undefined;
          ticks.push(readTick());
          if (ticks.length < 2) return;
          self.stop();
          resolve();
        };
        return new Cron('* * * * * *', tick(run, { name: 'invoices', deadline: 500 }));
      });
      assert.ok(job.isRunning());
      // The scheduler's own clock has seconds.
      void job.trigger();
    });
    const [first, second] = ticks;
    assert.deepEqual(
      ticks.map(({ tenant: own, method, path }) => [own, method, path]),
      [
        [undefined, 'JOB', 'invoices'],
        [undefined, 'JOB', 'invoices'],
      ],
    );
    assert.notEqual(first?.id, second?.id);
    assert.ok((first?.remaining ?? 0) > 0 && (first?.remaining ?? 0) <= 500);
  });

  it('of node-cron has one too, and the name of its function', async () => {
    const seen = await new Promise<Tick>((resolve) => {
      const task = tenant.run('scheduler', () =>
        schedule(
          '* * * * * *',
          nodeCronTick(function sendInvoices() {
            void task.destroy();
            resolve(readTick());
          }),
        ),
      );
    });
    assert.deepEqual(
      [seen.tenant, seen.method, seen.path, seen.remaining],
      [undefined, 'JOB', 'sendInvoices', undefined],
    );
  });

  it('passes on arguments, results and errors, and leaves the flow of its caller', async () => {
    const add = tick((one: number, two: number) => one + two);
    assert.equal(add(1, 2), 3);
    await assert.rejects(tick(async () => assert.fail('expected'))(), { message: 'expected' });
    assert.throws(
      tick(() => assert.fail('expected')),
      { message: 'expected' },
    );
    tenant.run('acme', () => {
      tick(() => assert.equal(tenant.get(), undefined))();
      assert.deepEqual([tenant.get(), tryGetRequestScope()], ['acme', undefined]);
    });
  });

  it('is not created with invalid arguments', () => {
    const refuse = (fn: unknown, options: unknown, code: string) =>
      assert.throws(() => tick(fn as () => void, options as TickOptions), { code });
    refuse(1, {}, 'ERR_INVALID_ARG_TYPE');
    refuse(() => {}, { nam: 'x' }, 'ERR_INVALID_ARG_VALUE');
    refuse(() => {}, { name: 1 }, 'ERR_INVALID_ARG_TYPE');
    refuse(() => {}, { deadline: -1 }, 'ERR_INVALID_ARG_VALUE');
  });
});

/** Tasks of piscina and of tinypool, in real threads. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withDeadline } from '@throughline/propagation';
import { runTask, type TaskPool, taskHandler } from '@throughline/propagation/piscina';
import { Piscina } from 'piscina';
import { Tinypool } from 'tinypool';
import { tenant } from './processes/declared-values.js';

const pool = new Piscina({
  filename: fileURLToPath(new URL('processes/task-thread.js', import.meta.url)),
  minThreads: 1,
  maxThreads: 2,
});
after(() => pool.destroy());

const withoutValues = { tenant: undefined, hasDeadline: false, hasScope: true };

describe('tasks of piscina', () => {
  it('run with the values of the code that has started them, and it continues in its own flow', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `tenant-${index}`);
    const results = await Promise.all(
      names.map((name) =>
        tenant.run(name, async () => [await runTask(pool, { for: name }, { name: 'read' }), tenant.get()]),
      ),
    );
    assert.deepEqual(
      results,
      names.map((name) => [{ message: { for: name }, ...withoutValues, tenant: name }, name]),
    );
  });

  it('have the deadline of that code', async () => {
    const { hasDeadline } = await withDeadline(60_000, () => runTask(pool, 1, { name: 'read' }));
    assert.equal(hasDeadline, true);
  });

  it('that are started without values, or by run() itself, have none', async () => {
    assert.deepEqual(await runTask(pool, 'plain', { name: 'read' }), { message: 'plain', ...withoutValues });
    const raw = await tenant.run('acme', () => pool.run('raw', { name: 'read' }));
    assert.deepEqual(raw, { message: 'raw', ...withoutValues });
  });

  it('move their data there and their result back', async () => {
    const buffer = new ArrayBuffer(8);
    const moved = await tenant.run('acme', () => runTask(pool, Piscina.move(buffer), { name: 'move' }));
    assert.equal(buffer.byteLength, 0);
    assert.deepEqual([moved instanceof ArrayBuffer, moved.byteLength], [true, 8]);
    const inList = new ArrayBuffer(4);
    // The types of piscina take the last overload of postMessage() for the type of the list.
    const transferList = [inList] as never;
    assert.equal((await runTask(pool, inList, { name: 'move', transferList })).byteLength, 4);
    assert.equal(inList.byteLength, 0);
  });

  it('reject with their error, and with that of the signal', async () => {
    await assert.rejects(runTask(pool, 'x', { name: 'fail' }), { message: 'expected: undefined' });
    await assert.rejects(
      tenant.run('acme', () => runTask(pool, 'x', { name: 'fail' })),
      { message: 'expected: acme' },
    );
    const signal = AbortSignal.abort();
    await assert.rejects(runTask(pool, 'x', { name: 'read', signal }), { name: 'AbortError' });
  });

  it('invalid arguments are refused', () => {
    assert.throws(() => runTask({} as TaskPool, 1), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => taskHandler(1 as unknown as () => void), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});

it('tasks of tinypool run with the values of the code that has started them, and are moved', async () => {
  const tinypool = new Tinypool({
    filename: new URL('processes/task-thread.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
  });
  try {
    const reading = await tenant.run('acme', () => runTask(tinypool, 'task', { name: 'read' }));
    assert.deepEqual(reading, { message: 'task', ...withoutValues, tenant: 'acme' });
    const buffer = new ArrayBuffer(8);
    assert.equal(await runTask(tinypool, Tinypool.move(buffer), { name: 'byteLength' }), 8);
    assert.equal(buffer.byteLength, 0);
  } finally {
    await tinypool.destroy();
  }
});

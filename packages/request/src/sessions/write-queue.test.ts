import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { storeError } from './session-errors.js';
import { WriteQueue } from './write-queue.js';

test('operations on one key run one after another, and each receives what the one before it has left', async () => {
  const queue = new WriteQueue<number>();
  let running = 0;
  const received: (number | undefined)[] = [];
  const operations = Array.from({ length: 5 }, (_, index) =>
    queue.run('key', async (turn) => {
      assert.equal(++running, 1);
      received.push(turn.latest);
      await nextTurn();
      turn.latest = index;
      running--;
      return index;
    }),
  );
  assert.deepEqual(await Promise.all(operations), [0, 1, 2, 3, 4]);
  assert.deepEqual(received, [undefined, 0, 1, 2, 3]);
  // Nothing is remembered once the queue of the key is empty.
  await queue.run('key', async ({ latest }) => assert.equal(latest, undefined));
});

test('operations on different keys run at once', async () => {
  const queue = new WriteQueue<number>();
  let release = () => {};
  const blocked = queue.run('one', () => new Promise<void>((resolve) => (release = resolve)));
  await queue.run('other', async () => {});
  release();
  await blocked;
});

test('an operation that fails for its own reason does not affect those that wait', async () => {
  const queue = new WriteQueue<number>();
  const failing = queue.run('key', async (turn) => {
    await nextTurn();
    turn.latest = 1;
    throw new RangeError('from user code');
  });
  const waiting = queue.run('key', async ({ latest }) => latest);
  await assert.rejects(failing, RangeError);
  assert.equal(await waiting, 1);
});

test('when the store fails, all operations that wait run at once, and later ones take turns again', async () => {
  const queue = new WriteQueue<number>();
  const failing = queue.run('key', async (turn) => {
    await nextTurn();
    turn.latest = 1;
    throw storeError(new Error('the disk is full'));
  });
  let running = 0;
  let mostRunning = 0;
  const operation = async ({ latest }: { latest: number | undefined }) => {
    assert.equal(latest, undefined, 'what the store holds is not known any more');
    mostRunning = Math.max(mostRunning, ++running);
    await nextTurn();
    running--;
  };
  const waiting = Array.from({ length: 4 }, () => queue.run('key', operation));
  await assert.rejects(failing, { code: 'ERR_SESSION_STORE' });
  const later = Array.from({ length: 3 }, () => queue.run('key', operation));
  await Promise.all(waiting);
  assert.equal(mostRunning, 4);
  mostRunning = 0;
  await Promise.all(later);
  assert.equal(mostRunning, 1);
});

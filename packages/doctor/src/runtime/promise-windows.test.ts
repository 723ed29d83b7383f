import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { observePromises, windowOfNow } from './promise-windows.js';

test('promises are watched until there were many', async () => {
  let made = 0;
  let settled = 0;
  const chains: (readonly [object, object | undefined])[] = [];
  assert.equal(windowOfNow(), 0);
  observePromises({
    made(promise, parent) {
      made++;
      if (chains.length < 2) chains.push([promise, parent]);
    },
    settled: () => settled++,
  });
  const first = Promise.resolve();
  const second = first.then(() => undefined);
  assert.deepEqual(chains, [
    [first, undefined],
    [second, first],
  ]);
  await second;
  assert.notEqual(windowOfNow(), 0);
  for (let i = 0; i < 60_000; i++) void Promise.resolve(i);
  assert.ok(made > 60_000 && settled > 60_000);
  while (windowOfNow() !== 0) await wait(20);
  const before = made;
  await Promise.resolve();
  assert.equal(made, before);
});

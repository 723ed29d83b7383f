/** Empty reads of this process, which records the origins of its code. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { allEmptyReads, recordEmptyReads } from './empty-reads.js';
import { install } from './install.js';

install();
recordEmptyReads();

test('a place that reads often does not hide another place, and all reads are counted', () => {
  const storage = new AsyncLocalStorage<number>();
  storage.run(1, () => storage.getStore());
  for (let i = 0; i < 12_000; i++) storage.getStore();
  storage.getStore();
  const counts = [...allEmptyReads()].map(({ count }) => count);
  assert.deepEqual(counts, [12_000, 1]);
});

test('what was read before a storage has held a value is a finding as soon as it holds one', () => {
  const storage = new AsyncLocalStorage<number>();
  const count = () => [...allEmptyReads()].length;
  const before = count();
  storage.getStore();
  assert.equal(count(), before);
  storage.run(1, () => undefined);
  assert.equal(count(), before + 1);
});

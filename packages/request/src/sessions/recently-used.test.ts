import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentlyUsed } from './recently-used.js';

test('what is used again and again is kept, and what is not used is dropped', () => {
  const kept = new RecentlyUsed<number>(10);
  kept.set('hot', -1);
  for (let i = 0; i < 1000; i++) {
    kept.set(`key ${i}`, i);
    assert.equal(kept.get('hot'), -1);
  }
  const found = Array.from({ length: 1000 }, (_, i) => kept.get(`key ${i}`)).filter((value) => value !== undefined);
  assert.ok(found.length < 20, `${found.length}`);
  assert.equal(kept.get('key 999'), 999);
});

test('the size of both generations is limited, also if values are replaced or too large', () => {
  const texts = new RecentlyUsed<string>(100, (text) => text.length);
  texts.set('two', 'y'.repeat(50));
  // A value that is replaced does not count any more.
  for (let i = 0; i < 1000; i++) texts.set('one', 'x'.repeat(i % 50));
  assert.deepEqual([texts.get('one')?.length, texts.get('two')?.length], [49, 50]);
  texts.set('large', 'z'.repeat(101));
  assert.equal(texts.get('large'), undefined);
  assert.equal(texts.get('two')?.length, 50);
});

test('a value that is too large removes the one that it replaces', () => {
  const texts = new RecentlyUsed<string>(100, (text) => text.length);
  texts.set('key', 'before');
  texts.set('key', 'z'.repeat(101));
  assert.equal(texts.get('key'), undefined);
});

test('a value that is deleted or replaced does not come back from the old generation', () => {
  const kept = new RecentlyUsed<number>(2);
  const age = () => {
    kept.set('a', 0);
    kept.set('b', 0);
  };
  kept.set('key', 1);
  age();
  kept.delete('key');
  assert.equal(kept.get('key'), undefined);
  kept.set('key', 1);
  age();
  kept.set('key', 2);
  age();
  assert.notEqual(kept.get('key'), 1);
});

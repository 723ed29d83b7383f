import assert from 'node:assert/strict';
import { AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';
import { Key, read, withValue } from '../frame.js';
import { enter, follow, get, place, pop, push, runApart } from './node-hooks.js';

follow();

const turn = () => new Promise<void>((done) => setImmediate(done));

test('a place that was frozen says so, and runApart() runs there all the same', async () => {
  const key = new Key();
  const value = () => read(get(place()), key, undefined);
  const inner = withValue(undefined, key, 'inner');
  let seen: unknown[] = [];
  let later: Promise<unknown> = Promise.resolve();
  const at = place();
  push(at, withValue(undefined, key, 'outer'));
  const reaction = turn().then(() => {
    seen = [push(place(), inner), value(), runApart(inner, value, undefined, []), value()];
    later = runApart(inner, () => turn().then(value), undefined, []);
  });
  Object.freeze(reaction);
  pop(at, at, undefined);
  await reaction;
  assert.deepEqual(seen, [undefined, 'outer', 'inner', 'outer']);
  assert.equal(await later, 'inner');
});

test('what is entered in a resource is gone when the resource runs again', async () => {
  const key = new Key();
  const value = () => read(get(place()), key, undefined);
  const at = place();
  push(at, withValue(undefined, key, 'maker'));
  const resource = new AsyncResource('Test');
  pop(at, at, undefined);
  const seen: unknown[] = [];
  for (let run = 0; run < 2; run++) {
    resource.runInAsyncScope(() => {
      seen.push(value());
      enter(place(), withValue(get(place()), key, 'entered'), 0);
      enter(place(), withValue(get(place()), key, 'entered again'), 1);
      seen.push(value());
    });
  }
  assert.deepEqual(seen, ['maker', 'entered again', 'maker', 'entered again']);
});

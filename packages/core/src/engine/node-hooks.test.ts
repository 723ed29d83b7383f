import assert from 'node:assert/strict';
import { AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';
import { type Frame, Key, readValue, withValue } from '../frame.js';
import { enterFrame, follow, getFrame, getHolder, popFrame, pushFrame, runInFrame } from './node-hooks.js';

follow();

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const currentFrame = () => getFrame(getHolder()) as Frame | undefined;

test('pushFrame() returns undefined for a frozen resource, on which runInFrame() still works', async () => {
  const key = new Key();
  const value = () => readValue(currentFrame(), key, undefined);
  const inner = withValue(undefined, key, 'inner');
  let observed: unknown[] = [];
  let later: Promise<unknown> = Promise.resolve();
  const holder = getHolder();
  pushFrame(holder, withValue(undefined, key, 'outer'));
  const reaction = nextTurn().then(() => {
    observed = [pushFrame(getHolder(), inner), value(), runInFrame(inner, value, undefined, []), value()];
    later = runInFrame(inner, () => nextTurn().then(value), undefined, []);
  });
  Object.freeze(reaction);
  popFrame(holder, holder, undefined);
  await reaction;
  assert.deepEqual(observed, [undefined, 'outer', 'inner', 'outer']);
  assert.equal(await later, 'inner');
});

test('a frame entered in a resource is gone when the resource runs again', async () => {
  const key = new Key();
  const value = () => readValue(currentFrame(), key, undefined);
  const holder = getHolder();
  pushFrame(holder, withValue(undefined, key, 'creator'));
  const resource = new AsyncResource('Test');
  popFrame(holder, holder, undefined);
  const observed: unknown[] = [];
  for (let run = 0; run < 2; run++) {
    resource.runInAsyncScope(() => {
      observed.push(value());
      enterFrame(getHolder(), withValue(currentFrame(), key, 'entered'), 0);
      enterFrame(getHolder(), withValue(currentFrame(), key, 'entered again'), 1);
      observed.push(value());
    });
  }
  assert.deepEqual(observed, ['creator', 'entered again', 'creator', 'entered again']);
});

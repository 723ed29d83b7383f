import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Key, read } from '../frame.js';
import { current, run, runIn } from './async-hooks.js';

const turn = () => new Promise<void>((done) => setImmediate(done));

test('run() and runIn() work in a reaction whose promise was frozen', async () => {
  const key = new Key();
  let seen: unknown;
  const reaction = run(
    key,
    'outer',
    current(),
    () =>
      turn().then(() => {
        const frame = run(key, 'inner', current(), current, []);
        seen = [
          read(frame, key, undefined),
          read(current(), key, undefined),
          runIn(frame, () => read(current(), key, undefined), undefined, []),
          read(current(), key, undefined),
        ];
      }),
    [],
  );
  Object.freeze(reaction);
  await reaction;
  assert.deepEqual(seen, ['inner', 'outer', 'inner', 'outer']);
});

test('what is started from a frozen reaction has the frame of run()', async () => {
  const key = new Key();
  let later: Promise<unknown> = Promise.resolve();
  const reaction = run(
    key,
    'outer',
    current(),
    () =>
      turn().then(() => {
        later = run(
          key,
          'inner',
          current(),
          async () => {
            await turn();
            return read(current(), key, undefined);
          },
          [],
        );
      }),
    [],
  );
  Object.freeze(reaction);
  await reaction;
  assert.equal(await later, 'inner');
});

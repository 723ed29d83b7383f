import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { copyFrame, DIRECT_HOLD_THRESHOLD, type Frame, Key, readValue, removeValue, withValue } from './frame.js';

const NONE = Symbol('none');

/** Creates a random number generator that produces the same numbers in each run of the test. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Creates a key that has reached the threshold, so that frames hold its values directly. */
function createDirectKey(): Key {
  const key = new Key();
  key.setCount = DIRECT_HOLD_THRESHOLD;
  return key;
}

/** The length of the longest array in a table. Setting a value copies the arrays on the way to it. */
function longestArray(table: readonly unknown[]): number {
  return table.reduce<number>(
    (longest, element) => (Array.isArray(element) ? Math.max(longest, longestArray(element)) : longest),
    table.length,
  );
}

describe('frame', () => {
  for (const [name, createKey] of [
    ['values by token', () => new Key()],
    ['values directly', createDirectKey],
  ] as const) {
    it(`holds what a Map would hold after any sequence of operations (${name})`, () => {
      const random = createRandom(42);
      const keys = Array.from({ length: 100 }, createKey);
      const pickKey = () => keys[random(keys.length)] as Key;
      const frames: { frame: Frame | undefined; model: Map<Key, unknown> }[] = [{ frame: undefined, model: new Map() }];
      for (let step = 0; step < 3000; step++) {
        const { frame, model } = frames[random(frames.length)] as (typeof frames)[number];
        const key = pickKey();
        const newModel = new Map(model);
        let newFrame: Frame | undefined;
        switch (random(4)) {
          case 0: {
            // A separate frame: `removeValue` affects all code that shares one.
            const added = pickKey();
            newFrame = withValue(frame, added, 'added');
            newModel.set(added, 'added');
            removeValue(newFrame, key);
            newModel.delete(key);
            break;
          }
          case 1:
            newFrame = copyFrame(frame);
            break;
          default: {
            const value = [step, { step }, undefined, null, () => step][random(5)];
            newFrame = withValue(frame, key, value);
            newModel.set(key, value);
          }
        }
        frames.push({ frame: newFrame, model: newModel });
        if (step % 100 !== 0) continue;
        for (const { frame, model } of frames) {
          for (const key of keys) {
            assert.equal(readValue(frame, key, NONE), model.has(key) ? model.get(key) : NONE);
          }
        }
      }
    });
  }

  it('keeps the values of 40,000 storages apart, in arrays that stay short', () => {
    const keys = Array.from({ length: 40_000 }, createDirectKey);
    let frame: Frame | undefined;
    for (const [index, key] of keys.entries()) frame = withValue(frame, key, index);
    assert.ok(frame);
    const isLost = (key: Key, index: number) => readValue(frame, key, NONE) !== index;
    assert.equal(keys.findIndex(isLost), -1);
    assert.equal(readValue(frame, createDirectKey(), NONE), NONE);

    const [, first, , middle, last] = [0, 1, 500, 20_000, 39_998].map((index) => keys[index] as Key);
    for (const key of [first, middle, last] as Key[]) {
      const changed = withValue(frame, key, 'changed');
      assert.equal(readValue(changed, key, NONE), 'changed');
      assert.equal(keys.filter((other, index) => readValue(changed, other, NONE) !== index).length, 1);
      const removed = withValue(changed, keys[7] as Key, 7);
      removeValue(removed, key);
      assert.equal(readValue(removed, key, NONE), NONE);
      assert.equal(keys.filter((other, index) => readValue(removed, other, NONE) !== index).length, 1);
    }
    assert.equal(keys.findIndex(isLost), -1);
    assert.ok(longestArray(frame.table) <= 64, `an array has ${longestArray(frame.table)} elements`);
  });

  it('keeps values set by token after their storage has reached the threshold', () => {
    const key = new Key();
    const other = new Key();
    const value = {};
    const early = withValue(undefined, key, value);
    const frame = withValue(early, other, 1);
    let last: Frame = frame;
    for (let i = 0; i < DIRECT_HOLD_THRESHOLD + 1; i++) last = withValue(frame, key, { i });
    assert.equal(readValue(frame, key, NONE), value);
    assert.equal(readValue(early, key, NONE), value);
    assert.deepEqual(readValue(last, key, NONE), { i: DIRECT_HOLD_THRESHOLD });
    assert.equal(readValue(last, other, NONE), 1);
  });

  it('does not affect the frames derived from it when a storage is removed', () => {
    const [a, b, c] = [new Key(), new Key(), new Key()];
    const frame = withValue(withValue(withValue(undefined, a, 1), b, 2), c, 3);
    const child = withValue(frame, a, 4);
    const grandchild = withValue(child, b, 5);
    const values = (frame: Frame) => [a, b, c].map((key) => readValue(frame, key, NONE));
    removeValue(frame, b);
    removeValue(frame, c);
    assert.deepEqual(values(frame), [1, NONE, NONE]);
    assert.deepEqual(values(child), [4, 2, 3]);
    assert.deepEqual(values(grandchild), [4, 5, 3]);
    assert.deepEqual(values(withValue(frame, a, 6)), [6, NONE, NONE]);
  });

  it('returns a value unchanged after many reads, on top and in the table, there and in derived frames', () => {
    const [key, other] = [new Key(), new Key()];
    const value = {};
    const top = withValue(undefined, key, value);
    const below = withValue(top, other, {});
    const copy = copyFrame(top);
    for (let i = 0; i < DIRECT_HOLD_THRESHOLD * 2; i++) {
      assert.equal(readValue(top, key, NONE), value);
      assert.equal(readValue(below, key, NONE), value);
    }
    const after = withValue(top, other, {});
    for (const frame of [copy, after, withValue(after, new Key(), {})])
      assert.equal(readValue(frame, key, NONE), value);
    removeValue(top, key);
    assert.equal(readValue(top, key, NONE), NONE);
    assert.equal(readValue(below, key, NONE), value);
    assert.equal(readValue(withValue(below, key, 1), key, NONE), 1);
  });

  it('does not affect its copy when a storage is removed', () => {
    const key = new Key();
    const frame = withValue(undefined, key, 1);
    const copy = copyFrame(frame);
    removeValue(frame, key);
    assert.equal(readValue(frame, key, NONE), NONE);
    assert.equal(readValue(copy, key, NONE), 1);
  });

  it('reuses the slot of a collected storage for a new one, but never its value', async () => {
    const { gc } = globalThis;
    assert.ok(gc, 'run with --expose-gc');
    let frame: Frame | undefined;
    const fill = () => {
      const keys = Array.from({ length: 1000 }, createDirectKey);
      for (const key of keys) frame = withValue(frame, key, 'collected');
      return Math.max(...keys.map((key) => key.tag.slot));
    };
    const highest = fill();
    let reused = 0;
    for (let round = 0; round < 30 && reused < 500; round++) {
      await new Promise((resolve) => setTimeout(resolve));
      gc();
      const keys = Array.from({ length: 1000 }, createDirectKey);
      reused = keys.filter((key) => key.tag.slot <= highest).length;
      for (const key of keys) {
        assert.equal(readValue(frame, key, NONE), NONE);
        assert.equal(readValue(withValue(frame, key, 'new'), key, NONE), 'new');
      }
    }
    assert.ok(reused >= 500, `${reused} slots were reused`);
  });
});

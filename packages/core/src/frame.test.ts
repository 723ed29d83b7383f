import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { copy, type Frame, Key, read, remove, withValue, YOUTH } from './frame.js';

const NONE = Symbol('none');

/** A source of numbers that is the same at each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A key that has outlived its youth, so that frames hold its values directly. */
function grownKey(): Key {
  const key = new Key();
  key.uses = YOUTH;
  return key;
}

describe('frame', () => {
  for (const [name, makeKey] of [
    ['young', () => new Key()],
    ['grown', grownKey],
  ] as const) {
    it(`holds what a map would hold, whatever is done to it (${name} keys)`, () => {
      const below = numbers(42);
      const keys = Array.from({ length: 100 }, makeKey);
      const pick = () => keys[below(keys.length)] as Key;
      const frames: { frame: Frame | undefined; model: Map<Key, unknown> }[] = [{ frame: undefined, model: new Map() }];
      for (let step = 0; step < 3000; step++) {
        const { frame, model } = frames[below(frames.length)] as (typeof frames)[number];
        const key = pick();
        const changed = new Map(model);
        let made: Frame | undefined;
        switch (below(4)) {
          case 0: {
            // A frame of its own: `remove` is for all who share one.
            const added = pick();
            made = withValue(frame, added, 'added');
            changed.set(added, 'added');
            remove(made, key);
            changed.delete(key);
            break;
          }
          case 1:
            made = copy(frame);
            break;
          default: {
            const value = [step, { step }, undefined, null, () => step][below(5)];
            made = withValue(frame, key, value);
            changed.set(key, value);
          }
        }
        frames.push({ frame: made, model: changed });
        if (step % 100 !== 0) continue;
        for (const one of frames) {
          for (const each of keys) {
            assert.equal(read(one.frame, each, NONE), one.model.has(each) ? one.model.get(each) : NONE);
          }
        }
      }
    });
  }

  it('keeps its values when its storages have grown since', () => {
    const key = new Key();
    const other = new Key();
    const value = {};
    const young = withValue(undefined, key, value);
    const frame = withValue(young, other, 1);
    let last: Frame = frame;
    for (let i = 0; i < YOUTH + 1; i++) last = withValue(frame, key, { i });
    assert.equal(read(frame, key, NONE), value);
    assert.equal(read(young, key, NONE), value);
    assert.deepEqual(read(last, key, NONE), { i: YOUTH });
    assert.equal(read(last, other, NONE), 1);
  });

  it('does not touch the frames made from it when a storage is taken out', () => {
    const [a, b, c] = [new Key(), new Key(), new Key()];
    const frame = withValue(withValue(withValue(undefined, a, 1), b, 2), c, 3);
    const child = withValue(frame, a, 4);
    const grandchild = withValue(child, b, 5);
    const values = (one: Frame) => [a, b, c].map((key) => read(one, key, NONE));
    remove(frame, b);
    remove(frame, c);
    assert.deepEqual(values(frame), [1, NONE, NONE]);
    assert.deepEqual(values(child), [4, 2, 3]);
    assert.deepEqual(values(grandchild), [4, 5, 3]);
    assert.deepEqual(values(withValue(frame, a, 6)), [6, NONE, NONE]);
  });

  it('gives a value that is read often as before, on top and below, there and in the frames made from it', () => {
    const [key, other] = [new Key(), new Key()];
    const value = {};
    const top = withValue(undefined, key, value);
    const below = withValue(top, other, {});
    const twin = copy(top);
    for (let i = 0; i < YOUTH * 2; i++) {
      assert.equal(read(top, key, NONE), value);
      assert.equal(read(below, key, NONE), value);
    }
    const after = withValue(top, other, {});
    for (const frame of [twin, after, withValue(after, new Key(), {})]) assert.equal(read(frame, key, NONE), value);
    remove(top, key);
    assert.equal(read(top, key, NONE), NONE);
    assert.equal(read(below, key, NONE), value);
    assert.equal(read(withValue(below, key, 1), key, NONE), 1);
  });

  it('does not touch its copy when a storage is taken out', () => {
    const key = new Key();
    const frame = withValue(undefined, key, 1);
    const twin = copy(frame);
    remove(frame, key);
    assert.equal(read(frame, key, NONE), NONE);
    assert.equal(read(twin, key, NONE), 1);
  });

  it('gives a slot to a new storage once the old one is collected, and never its value', async () => {
    const { gc } = globalThis;
    assert.ok(gc, 'run with --expose-gc');
    let frame: Frame | undefined;
    const fill = () => {
      const keys = Array.from({ length: 1000 }, grownKey);
      for (const key of keys) frame = withValue(frame, key, 'gone');
      return Math.max(...keys.map((key) => key.tag.slot));
    };
    const highest = fill();
    let reused = 0;
    for (let round = 0; round < 30 && reused < 500; round++) {
      await new Promise((done) => setTimeout(done));
      gc();
      const keys = Array.from({ length: 1000 }, grownKey);
      reused = keys.filter((key) => key.tag.slot <= highest).length;
      for (const key of keys) {
        assert.equal(read(frame, key, NONE), NONE);
        assert.equal(read(withValue(frame, key, 'new'), key, NONE), 'new');
      }
    }
    assert.ok(reused >= 500, `${reused} slots were used again`);
  });
});

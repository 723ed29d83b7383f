import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { current } from './current.js';
import { wrapThenable } from './wrap-thenable.js';

const frame = { tag: {} };

/** Returns a thenable that records the frame of each call of its `then`, and resolves with `result`. */
function createRecordingThenable(frames: unknown[], result: unknown) {
  return {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    then(resolve: (value: unknown) => void) {
      frames.push(current.frame);
      resolve(result);
    },
  };
}

/** Resolves a promise with a value that was wrapped in the frame, and awaits it in the root. */
async function resolveInFrame(value: unknown): Promise<unknown> {
  current.frame = frame;
  const wrapped = wrapThenable(value);
  current.frame = undefined;
  return new Promise((resolve) => resolve(wrapped));
}

describe('wrapThenable()', () => {
  beforeEach(() => {
    current.frame = undefined;
  });
  afterEach(() => {
    current.frame = undefined;
  });

  it('returns what is not a thenable unchanged', () => {
    current.frame = frame;
    for (const value of [1, 'text', null, undefined, Symbol.iterator, {}, () => {}, Promise.resolve()]) {
      assert.equal(wrapThenable(value), value);
    }
  });

  it('returns a thenable unchanged in the root', () => {
    const thenable = createRecordingThenable([], 1);
    assert.equal(wrapThenable(thenable), thenable);
  });

  it('calls the then of a thenable in the frame of the call', async () => {
    const frames: unknown[] = [];
    assert.equal(await resolveInFrame(createRecordingThenable(frames, 1)), 1);
    assert.deepEqual(frames, [frame]);
    assert.equal(current.frame, undefined);
  });

  it('calls the then of a thenable with which a thenable resolves in the same frame', async () => {
    const frames: unknown[] = [];
    assert.equal(await resolveInFrame(createRecordingThenable(frames, createRecordingThenable(frames, 2))), 2);
    assert.deepEqual(frames, [frame, frame]);
  });

  it('throws the error of a then getter where the getter is read again', async () => {
    const failing = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
      get then() {
        throw new Error('getter');
      },
    };
    await assert.rejects(resolveInFrame(failing), /getter/);
  });
});

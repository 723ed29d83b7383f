/** Tests in Node of streams that many flows read, and of what the patches keep alive. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { current, runInFrame } from '../engine/current.js';
import { install } from './install.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('a stream whose source has no pull() does not keep the frames of its reads', async () => {
  const uninstall = install({ await: false });
  try {
    let enqueue = () => {};
    const stream = new ReadableStream<number>({
      start(controller) {
        enqueue = () => controller.enqueue(1);
      },
      cancel() {},
    });
    const reader = stream.getReader();
    const readInFrame = async () => {
      const frame = { tag: {} };
      const read = runInFrame(frame, () => reader.read());
      enqueue();
      await read;
      return new WeakRef(frame);
    };
    const frames: WeakRef<object>[] = [];
    for (let index = 0; index < 20; index++) frames.push(await readInFrame());
    // References are kept until the turn ends.
    await new Promise((resolve) => setTimeout(resolve));
    collectGarbage();
    const kept = frames.filter((frame) => frame.deref() !== undefined).length;
    assert.ok(kept <= 1, `${kept} frames`);
    reader.releaseLock();
    await stream.cancel();
  } finally {
    uninstall();
  }
});

test('after too many waiting reads to count, no pull() runs in the frame of another read', async () => {
  const uninstall = install({ await: false });
  try {
    const seen: unknown[] = [];
    const stream = new ReadableStream<number>(
      {
        async pull(controller) {
          seen.push(current.frame);
          await new Promise((resolve) => setImmediate(resolve));
          controller.enqueue(1);
        },
      },
      { highWaterMark: 0 },
    );
    const reader = stream.getReader();
    const frames = ['a', 'b', 'late'].map((name) => ({ tag: { name } }));
    const reads: Promise<unknown>[] = [];
    for (let index = 0; index < 1001; index++) reads.push(runInFrame(frames[index % 2], () => reader.read()));
    reads.push(runInFrame(frames[2], () => reader.read()));
    await Promise.all(reads);
    assert.equal(seen.length, 1002);
    assert.equal(seen.indexOf(frames[2]), -1);
  } finally {
    uninstall();
  }
});

import * as engine from '#engine';
import { type Frame, sharedState } from './frame.js';

// Module-local for V8, see async-local-storage.ts.
const getHolder = engine.getHolder;
const getFrame = engine.getFrame;
const pushFrame = engine.pushFrame;
const popFrame = engine.popFrame;
const restoreAtJobEnd = engine.restoreAtJobEnd;
const runInFrame = engine.runInFrame;

/** Calls a function with a captured frame current, and restores the whole frame that was current before. */
export function runInCapturedFrame<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  const holder = getHolder();
  const outer = getFrame(holder);
  const countBefore = sharedState.changeCount;
  const inner = pushFrame(holder, frame);
  if (inner === undefined) return runInFrame(frame, fn, thisArg, args);
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    popFrame(holder, inner, outer);
    if (sharedState.changeCount !== countBefore) restoreAtJobEnd(holder, outer, countBefore);
  }
}

import { current, isAtRoot, runInFrame } from '../engine/current.js';

/**
 * Returns a function that calls `fn` in the frame that is current now. Returns `fn` itself if it would be called in the
 * root anyway, and if it is not a function: the platform API that receives it reports the error.
 */
export function bindToCurrentFrame<F>(fn: F): F {
  if (typeof fn !== 'function' || isAtRoot()) return fn;
  const { frame } = current;
  return function (this: unknown, ...args: unknown[]): unknown {
    return runInFrame(frame, fn as unknown as (...args: unknown[]) => unknown, this, args);
  } as F;
}

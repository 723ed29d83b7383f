import { current, isAtRoot, runInFrame } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';

/**
 * Returns a function that calls `fn` in the frame that is current now. Returns `fn` itself if it would be called in the
 * root anyway, and if it is not a function: the platform API that receives it reports the error.
 */
export function bindToCurrentFrame<F>(fn: F): F {
  return typeof fn !== 'function' || isAtRoot() ? fn : bindToFrame(current.frame, fn as Callback & F);
}

type Callback = (this: unknown, ...args: never[]) => unknown;

/** Returns a function that calls `fn` in a frame. */
export function bindToFrame<F extends Callback>(frame: OpaqueFrame | undefined, fn: F): F {
  return function (this: unknown, ...args: never[]): unknown {
    return runInFrame(frame, fn, this, args);
    // The parameters and the result are those of `fn`.
  } as F;
}

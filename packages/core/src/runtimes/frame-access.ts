/** What the patches in this folder need of the engine that installs them. An engine imports them, so they import none. */
import type { OpaqueFrame } from '../engine/engine.js';

type Callback = (...args: unknown[]) => unknown;

export interface FrameAccess {
  readonly getCurrentFrame: () => OpaqueFrame | undefined;
  readonly runInFrame: <A extends unknown[], R>(
    frame: OpaqueFrame | undefined,
    fn: (...args: A) => R,
    thisArg: unknown,
    args: A,
  ) => R;
}

/** Returns a function that calls `fn` in a frame, with the caller's `this` and arguments. */
export function bindToFrame({ runInFrame }: FrameAccess, frame: OpaqueFrame | undefined, fn: Callback): Callback {
  return function (this: unknown, ...args) {
    return runInFrame(frame, fn, this, args);
  };
}

/** Binds a value to the current frame if it is a function. */
export function bindIfFunction<T>(frames: FrameAccess, value: T): T {
  return typeof value === 'function'
    ? (bindToFrame(frames, frames.getCurrentFrame(), value as unknown as Callback) as T)
    : value;
}

/**
 * The current frame where the runtime carries none: a variable, shared by all copies of this package in the realm.
 *
 * The variable is the root whenever no code of a flow runs, because code that makes a frame current for a callback
 * restores the previous frame. A job that cannot be attributed to a flow therefore runs in the root.
 */
import type { OpaqueFrame } from './engine.js';
import { share } from './shared-state.js';

export interface Current {
  frame: OpaqueFrame | undefined;
  /**
   * Whether `enterWith` was ever called. From then on, callbacks captured in the root must be run in the root
   * explicitly, because another job may have entered a frame that is still current.
   */
  hasEntered: boolean;
  /** Whether the `await`s of the program restore their frames themselves, because it was built with the transform. */
  isTransformed: boolean;
  /**
   * The promise whose `constructor` is read next for an `await` that must not be intercepted, because the code around
   * it restores the frame.
   */
  exemptPromise: unknown;
  /** Whether a method of an async generator is being called and has not yet resumed the generator's body. */
  isResuming: boolean;
  /**
   * Called before the first value is set, to install what only a page with values needs. Null from then on. Before the
   * first value, all code runs in the root.
   */
  onValue: (() => void) | null | undefined;
}

export const current: Current = /* @__PURE__ */ share('current', () => ({
  frame: undefined,
  hasEntered: false,
  isTransformed: false,
  exemptPromise: undefined,
  isResuming: false,
  onValue: undefined,
}));

/**
 * Whether a callback captured now needs no frame: it would be called in the root anyway. After the first `enterWith` of
 * the page this is never certain, and the function returns false.
 */
export function isAtRoot(): boolean {
  return current.frame === undefined && !current.hasEntered;
}

/** Calls a function with a frame current, and restores the frame that was current before. */
export function runInFrame<A extends unknown[], R>(
  frame: OpaqueFrame | undefined,
  fn: (...args: A) => R,
  thisArg?: unknown,
  args: A = [] as unknown[] as A,
): R {
  const outer = current.frame;
  current.frame = frame;
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    current.frame = outer;
  }
}

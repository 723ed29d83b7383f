/** Callbacks and results that carry a frame with them. */
import { current } from '../engine/current.js';
import { NativePromise } from '../engine/jobs.js';
import type { Frame } from '../frame.js';

type Callback = (this: unknown, ...args: never[]) => unknown;

/**
 * A function that runs `fn` in the current frame. `fn` itself where that is the root and nobody has ever entered another
 * frame without leaving it; and what is no function, which the API it is meant for will judge.
 */
export function captured<F>(fn: F): F {
  const { frame } = current;
  if (typeof fn !== 'function' || (frame === undefined && !current.entered)) return fn;
  return inFrame(frame, fn as unknown as Callback) as F;
}

/** A function that runs `fn` in a frame. */
export function inFrame(frame: Frame | undefined, fn: Callback): Callback {
  return function (this: unknown, ...args: never[]): unknown {
    const before = current.frame;
    current.frame = frame;
    try {
      return Reflect.apply(fn, this, args);
    } finally {
      current.frame = before;
    }
  };
}

/**
 * What a promise is to be resolved with: where it is a thenable of somebody's own, its `then` will be called in a job of
 * nobody's, and is handed on so that it runs in the current frame.
 */
export function resolution(value: unknown): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  const { frame } = current;
  if (frame === undefined && !current.entered) return value;
  let then: unknown;
  try {
    then = Reflect.get(value, 'then');
  } catch (error) {
    return {
      // biome-ignore lint/suspicious/noThenProperty: who is to resolve with it meets the error where it looks
      get then() {
        throw error;
      },
    };
  }
  // A promise that has nobody's own `then` calls nobody.
  if (typeof then !== 'function' || then === NativePromise.prototype.then) return value;
  // biome-ignore lint/suspicious/noThenProperty: it stands for a thenable
  return { then: inFrame(frame, then.bind(value) as Callback) };
}

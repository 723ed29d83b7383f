/**
 * The JavaScript engine calls the `then` of a thenable with which a promise is resolved in a separate job, and jobs run
 * in the root. Resolving the promise with a substitute that captures the current frame makes `then` run in this frame.
 */

import { isObject } from '../is-object.js';
import { current, isAtRoot, runInFrame } from './current.js';
import type { OpaqueFrame } from './engine.js';
import { NativePromise } from './jobs.js';
import { natives } from './natives.js';

export type Settle = (value: unknown) => void;
export type Then = (this: unknown, resolve: Settle, reject: Settle) => unknown;

/**
 * Returns the value with which to resolve a promise: the given value, or a substitute if it is a thenable. The
 * thenable's `then` runs in the frame that is current now. If it resolves with another thenable, the `then` of that one
 * runs in the frame in which it calls `resolve`.
 */
export function wrapThenable(value: unknown): unknown {
  if (!isObject(value) || isAtRoot()) return value;
  let then: unknown;
  try {
    then = Reflect.get(value, 'then');
  } catch (error) {
    return {
      // biome-ignore lint/suspicious/noThenProperty: thrown where the property is read again
      get then() {
        throw error;
      },
    };
  }
  if (typeof then !== 'function' || then === NativePromise.prototype.then || natives.has(then)) return value;
  // biome-ignore lint/suspicious/noThenProperty: a substitute for a thenable
  return { then: thenInFrame(current.frame, value, then as Then) };
}

/** Returns a `then` that calls a thenable's `then` in a frame. */
export function thenInFrame(frame: OpaqueFrame | undefined, thenable: object, then: Then): Then {
  return (resolve, reject) => runInFrame(frame, then, thenable, [(result) => resolve(wrapThenable(result)), reject]);
}

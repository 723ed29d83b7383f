/**
 * A promise that is resolved with a thenable calls the thenable's `then` in a separate job, which runs in the root. To
 * have `then` called in the right frame, the promise is resolved with a substitute that captures the frame.
 */

import { isObject } from '../is-object.js';
import { current, isAtRoot, runInFrame } from './current.js';
import type { OpaqueFrame } from './engine.js';
import { NativePromise } from './jobs.js';

export type Settle = (value: unknown) => void;
export type Then = (this: unknown, resolve: Settle, reject: Settle) => unknown;

/**
 * Returns the value with which to resolve a promise: the given value, or a substitute if it is a thenable. The thenable's
 * `then` runs in the frame that is current now, and if it resolves with another thenable, so does the `then` of that one.
 */
export function wrapThenable(value: unknown): unknown {
  if (!isObject(value) || isAtRoot()) return value;
  let then: unknown;
  try {
    then = Reflect.get(value, 'then');
  } catch (error) {
    return {
      // biome-ignore lint/suspicious/noThenProperty: the engine must meet the error where it reads the property
      get then() {
        throw error;
      },
    };
  }
  // A promise with the language's own `then` calls no user code.
  if (typeof then !== 'function' || then === NativePromise.prototype.then) return value;
  // biome-ignore lint/suspicious/noThenProperty: a substitute for a thenable
  return { then: thenInFrame(current.frame, value, then as Then) };
}

/** Returns a `then` that calls a thenable's `then` in a frame. */
export function thenInFrame(frame: OpaqueFrame | undefined, thenable: object, then: Then): Then {
  return (resolve, reject) => runInFrame(frame, then, thenable, [(result) => resolve(wrapThenable(result)), reject]);
}

import { current } from '../engine/current.js';
import { bindToFrame } from '../web/bind-callback.js';

/**
 * Returns a function that calls `fn` in the frame that is current now, the root included: React Native calls several
 * functions in one job, and one of them may have entered a frame. What is not a function is returned as it is.
 */
export function bindAlways<T>(fn: T): T {
  if (typeof fn !== 'function') return fn;
  return bindToFrame(current.frame, fn as (...args: never[]) => unknown) as T;
}

/**
 * The same for a function that is passed to the native side. A worklet is returned as it is: it runs in another runtime,
 * which receives its code and the variables that it uses, and would not find those of a wrapper.
 */
export function bindForNative<T>(fn: T): T {
  return typeof fn === 'function' && '__workletHash' in fn ? fn : bindAlways(fn);
}

/**
 * Returns an object that inherits from `object`, and has bound functions in place of some of its methods. They are called on
 * `object` itself, which may have private fields, and keeps what they change. An object without these methods is returned
 * as it is.
 */
export function bindMethods(object: object, keys: readonly string[]): object {
  const bound: PropertyDescriptorMap = {};
  for (const key of keys) {
    const method: unknown = Reflect.get(object, key);
    if (typeof method === 'function') bound[key] = { value: bindAlways(method.bind(object)), enumerable: true };
  }
  return Object.keys(bound).length === 0 ? object : (Object.create(object, bound) as object);
}

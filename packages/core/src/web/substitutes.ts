/**
 * Substitutes for objects whose members the platform reads and calls, some of them in later jobs. Each member of a
 * substitute calls that of the object in the right frame.
 */
import { current, runInFrame } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { wrapThenable } from '../engine/wrap-thenable.js';
import { isObject } from '../is-object.js';

/** Has the frame in which a member is called. It may be set later than the substitute is created. */
export interface FrameHolder {
  frame: OpaqueFrame | undefined;
}

/**
 * Returns an object that has the members of another object, each replaced when the platform reads it. Members are read
 * and replaced in the frame that is current now.
 */
export function createSubstitute(object: object, replace: (key: PropertyKey, value: unknown) => unknown): object {
  const { frame } = current;
  // The target is not the other object: if that is frozen, its members cannot be replaced.
  return new Proxy(
    {},
    {
      get: (_, key) => runInFrame(frame, () => replace(key, Reflect.get(object, key))),
      // WebKit uses `in` before it reads a member.
      has: (_, key) => Reflect.has(object, key),
    },
  );
}

/**
 * Returns a function that calls a method in a frame, by default the one that is current now. Returns a value that is not
 * a function unchanged: the platform reports the error.
 *
 * @param convert returns the result in place of that of the method
 */
export function bindMethod(
  method: unknown,
  object?: unknown,
  convert: (result: unknown) => unknown = wrapThenable,
  holder: FrameHolder = { frame: current.frame },
): unknown {
  if (typeof method !== 'function') return method;
  return (...args: unknown[]) => runInFrame(holder.frame, () => convert(Reflect.apply(method, object, args)));
}

/**
 * Returns an object that has the members of an iterable or of an array-like object, and whose iterators are substitutes.
 *
 * @param substituteIterator receives an iterator, and whether it is an async iterator
 */
export function substituteIterable(
  iterable: object,
  substituteIterator: (iterator: object, isAsync: boolean) => object,
): object {
  return createSubstitute(iterable, (key, value) => {
    const isAsync = key === Symbol.asyncIterator;
    return isAsync || key === Symbol.iterator
      ? bindMethod(value, iterable, (iterator) =>
          isObject(iterator) ? substituteIterator(iterator, isAsync) : iterator,
        )
      : wrapThenable(value);
  });
}

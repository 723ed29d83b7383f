/**
 * Rule 1: a reaction runs in the frame that was current when `then`, `catch` or `finally` was called. The language
 * implements `catch` and the static methods with `then`, and the static methods with `Promise.resolve` as well.
 * `finally` needs a separate patch, because the result of its callback is awaited.
 *
 * Native functions read a promise's `constructor`. If `await` is intercepted, such a read must not be mistaken for an
 * `await`: `nativeCallDepth` marks it.
 */
import { current, isAtRoot } from '../engine/current.js';
import { nativeResolve, nativeThen } from '../engine/jobs.js';
import { wrapThenable } from '../engine/wrap-thenable.js';
import { patchMethod } from './patch.js';

type Reaction = ((value: never) => unknown) | null | undefined;

/** The number of nested calls of this module that make the JavaScript engine read a promise's `constructor`. */
export let nativeCallDepth = 0;

/**
 * Binds a reaction to the current frame. If its result is a thenable, `then` is called in the frame at the reaction's
 * end.
 */
function bindReaction(fn: Reaction): Reaction {
  if (typeof fn !== 'function') return fn;
  const { frame } = current;
  // Inlined, not runInFrame(): there is a reaction for every promise.
  // Benchmark: npm run bench -- --browsers --only then
  return (value: never) => {
    const outer = current.frame;
    current.frame = frame;
    try {
      return wrapThenable(fn(value));
    } finally {
      current.frame = outer;
    }
  };
}

/**
 * Returns a `Promise.prototype.then` that binds its reactions. The language's combinators call it as well. It is a
 * method of an object literal because the native one is not a constructor either.
 */
function createThen(native: typeof nativeThen) {
  // A promise class in place of the language's may run several reactions in one job, whose frame is that of the code
  // which has settled the promise.
  const startsInRoot = native === nativeThen;
  const methods = {
    // biome-ignore lint/suspicious/noThenProperty: the object is never awaited
    then(this: Promise<unknown>, onFulfilled: Reaction, onRejected: Reaction): Promise<unknown> {
      if (startsInRoot && isAtRoot()) return native.call(this, onFulfilled as never, onRejected as never);
      nativeCallDepth++;
      try {
        return native.call(this, bindReaction(onFulfilled) as never, bindReaction(onRejected) as never);
      } finally {
        nativeCallDepth--;
      }
    },
  };
  return methods.then;
}

export const bindingThen = createThen(nativeThen);

export function patchPromise(): void {
  // If another library has replaced the language's method, its method is the one to call.
  patchMethod('Promise.prototype', 'then', (native: typeof nativeThen) =>
    native === nativeThen ? bindingThen : createThen(native),
  );
  patchMethod(
    'Promise.prototype',
    'finally',
    (native: Promise<unknown>['finally']) =>
      ({
        finally(this: Promise<unknown>, onFinally: (() => void) | null | undefined): Promise<unknown> {
          nativeCallDepth++;
          try {
            // The result of the callback is awaited, and can be a thenable.
            return native.call(this, bindReaction(onFinally) as typeof onFinally);
          } finally {
            nativeCallDepth--;
          }
        },
      }).finally,
  );
  patchMethod('Promise', 'resolve', (native: PromiseConstructor['resolve']) => {
    // es6-promise itself calls a method that is not its own without an object.
    const replacement = native === nativeResolve ? undefined : Promise;
    return {
      resolve(this: PromiseConstructor, value: unknown): Promise<unknown> {
        nativeCallDepth++;
        try {
          return native.call((this ?? replacement) as PromiseConstructor, wrapThenable(value));
        } finally {
          nativeCallDepth--;
        }
      },
    }.resolve;
  });
}

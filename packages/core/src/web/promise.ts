/**
 * Rule 1: a reaction runs in the frame of the call of `then`, `catch` or `finally`. The language sends all but `finally`
 * through `then`; the static methods call `then` of each promise as well, and `resolve`.
 *
 * Native functions look at a promise's `constructor`, which must not be taken for an `await` where that is intercepted:
 * `nativeCalls` says so.
 */
import { current } from '../engine/current.js';
import { nativeThen } from '../engine/jobs.js';
import { resolution } from './bind-callback.js';
import { patchMethod } from './patch.js';

type Reaction = ((value: never) => unknown) | null | undefined;

/** How many calls of ours, one in the other, make the engine look at a promise's constructor. */
export let nativeCalls = 0;

/** A reaction in the current frame, whose result, if a thenable, has what the reaction has entered. */
function reaction(fn: Reaction): Reaction {
  if (typeof fn !== 'function') return fn;
  const { frame } = current;
  return (value: never) => {
    const before = current.frame;
    current.frame = frame;
    try {
      return resolution(fn(value));
    } finally {
      current.frame = before;
    }
  };
}

/** `Promise.prototype.then`, which is also the way of the language's own combinators. A method, so no constructor. */
function makeThen(native: typeof nativeThen) {
  const made = {
    // biome-ignore lint/suspicious/noThenProperty: nobody awaits the object
    then(this: Promise<unknown>, onFulfilled: Reaction, onRejected: Reaction): Promise<unknown> {
      if (current.frame === undefined && !current.entered) {
        return native.call(this, onFulfilled as never, onRejected as never);
      }
      nativeCalls++;
      try {
        return native.call(this, reaction(onFulfilled) as never, reaction(onRejected) as never);
      } finally {
        nativeCalls--;
      }
    },
  };
  return made.then;
}

export const followedThen = makeThen(nativeThen);

export function patchPromise(): void {
  // Not the language's own where another library has put a class of its own in its place.
  patchMethod('Promise.prototype', 'then', (native: typeof nativeThen) =>
    native === nativeThen ? followedThen : makeThen(native),
  );
  patchMethod(
    'Promise.prototype',
    'finally',
    (native: Promise<unknown>['finally']) =>
      ({
        finally(this: Promise<unknown>, onFinally: (() => void) | null | undefined): Promise<unknown> {
          nativeCalls++;
          try {
            // What it gives is awaited, and may be a thenable.
            return native.call(this, typeof onFinally === 'function' ? () => resolution(onFinally()) : onFinally);
          } finally {
            nativeCalls--;
          }
        },
      }).finally,
  );
  patchMethod(
    'Promise',
    'resolve',
    (native: PromiseConstructor['resolve']) =>
      ({
        resolve(this: PromiseConstructor, value: unknown): Promise<unknown> {
          nativeCalls++;
          try {
            return native.call(this, resolution(value));
          } finally {
            nativeCalls--;
          }
        },
      }).resolve,
  );
}

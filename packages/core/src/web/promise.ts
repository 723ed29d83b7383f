/**
 * Rule 1: a reaction runs in the frame that was current when `then`, `catch` or `finally` was called. The language
 * implements `catch` and the static methods with `then`, and the static methods with `Promise.resolve` as well.
 * `finally` needs a separate patch, because the result of its callback is awaited, and because other libraries implement
 * it without `then`.
 *
 * Other libraries replace `Promise.prototype.then` or the global `Promise`, before or after this package. Such a library
 * calls its reactions from a queue of its own, which any flow can start. The outermost method therefore has to be ours:
 * it binds the reaction, and everything below it runs in the root.
 *
 *     then()   ours: binds the reaction to the current frame
 *       then()   of the library: queues the reaction, and calls the method that it has found
 *         then()   ours, from before the library was loaded: only calls the native method
 *
 * Native functions read a promise's `constructor`. If `await` is intercepted, such a read must not be mistaken for an
 * `await`: `nativeCallDepth` marks it.
 */
import { current, isAtRoot, runInFrame } from '../engine/current.js';
import { NativePromise, resolved } from '../engine/jobs.js';
import { wrapThenable } from '../engine/wrap-thenable.js';
import { bindToFrame } from './bind-callback.js';
import { disguise, isReplacement, observeProperty, patchProperty, replaceFunction } from './patch.js';
import { followZones } from './zones.js';

type Reaction = ((value: never) => unknown) | null | undefined;
export type Then = (this: Promise<unknown>, onFulfilled: Reaction, onRejected: Reaction) => Promise<unknown>;

/** The libraries that have a property for the function that schedules their queue. */
interface ReplacedPromise extends PromiseConstructor {
  /** Bluebird. Returns the previous function. */
  setScheduler?(schedule: Schedule): Schedule;
  /** promise-polyfill. */
  _immediateFn?: Schedule;
}

type Schedule = (callback: () => void) => unknown;

/** The number of nested calls of this module that make the JavaScript engine read a promise's `constructor`. */
export let nativeCallDepth = 0;

/** What reading `Promise.prototype.then` returns. */
export let outermostThen: Then;

/** The global `Promise` when it was last examined. */
let globalPromise: PromiseConstructor | undefined;

/** Whether `await` is intercepted, which includes that assignments to the global `Promise` are observed. */
export let isObserved = false;

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
 * Returns a `then` that binds its reactions. The language's combinators call it as well. It is a method of an object
 * literal because the native one is not a constructor either.
 *
 * @param isForeign whether it is a method of another class than the language's, whose reactions can be called in any
 * frame
 */
function createThen(native: Then, isForeign: boolean): Then {
  const methods = {
    // biome-ignore lint/suspicious/noThenProperty: the object is never awaited
    then(this: Promise<unknown>, onFulfilled: Reaction, onRejected: Reaction): Promise<unknown> {
      if (isAtRoot() && !isForeign) return native.call(this, onFulfilled, onRejected);
      const bind = isForeign || (then === outermostThen && !isNewlyReplaced()) ? bindReaction : (fn: Reaction) => fn;
      nativeCallDepth++;
      try {
        return native.call(this, bind(onFulfilled), bind(onRejected));
      } finally {
        nativeCallDepth--;
      }
    },
  };
  const then: Then = disguise(methods.then, native);
  return then;
}

/**
 * Makes the method that a library has assigned to `Promise.prototype.then` the one that is called. A library can also
 * assign the method that it has found, which is ours.
 */
function useThen(then: unknown): void {
  outermostThen = typeof then !== 'function' || isReplacement(then) ? (then as Then) : createThen(then as Then, false);
}

const THEN = 'Promise.prototype.then';

function patchClass(promiseClass: PromiseConstructor): void {
  const { prototype } = promiseClass;
  const isForeign = promiseClass !== NativePromise;
  if (isForeign) {
    patchProperty(prototype, 'then', THEN, ({ value }) => ({ value: createThen(value, true) }));
  } else {
    useThen(prototype.then);
    observeProperty(
      prototype,
      'then',
      THEN,
      () => outermostThen,
      (then) => {
        useThen(then);
        // The library returns promises of its class, with which it may replace the global `Promise` later.
        if (then !== outermostThen) followReplacement(Object.getPrototypeOf((then as Then).call(resolved, null, null)));
      },
    );
  }
  patchProperty(
    prototype,
    'finally',
    'Promise.prototype.finally',
    replaceFunction(
      (native: Promise<unknown>['finally']) =>
        ({
          finally(this: Promise<unknown>, onFinally: (() => void) | null | undefined): Promise<unknown> {
            // The callback has no argument.
            return callNative(
              native,
              this,
              bindReaction(typeof onFinally === 'function' ? () => onFinally() : onFinally),
            );
          },
        }).finally,
    ),
  );
  patchProperty(
    promiseClass,
    'resolve',
    'Promise.resolve',
    replaceFunction(
      (native: PromiseConstructor['resolve']) =>
        ({
          resolve(this: PromiseConstructor, value: unknown): Promise<unknown> {
            return callNative(native, this, wrapThenable(value));
          },
        }).resolve,
    ),
  );
}

function callNative<R>(native: (argument: never) => R, self: unknown, argument: unknown): R {
  nativeCallDepth++;
  try {
    return native.call(self, argument as never);
  } finally {
    nativeCallDepth--;
  }
}

/** Follows zone.js, and a class that another library has put in place of `Promise`. */
function followReplacement(prototype: { then?: unknown; constructor: unknown } | undefined): void {
  followZones();
  // Dexie has an accessor, which returns another function each time.
  const then: unknown = prototype && Reflect.getOwnPropertyDescriptor(prototype, 'then')?.value;
  if (!then || isReplacement(then)) return;
  const promiseClass = prototype?.constructor as ReplacedPromise;
  patchClass(promiseClass);
  // Reactions that were added before are not bound, and neither are the callbacks of other methods.
  const { setScheduler, _immediateFn } = promiseClass;
  if (_immediateFn) promiseClass._immediateFn = bindToFrame(undefined, _immediateFn);
  const previous: Schedule | undefined = setScheduler?.call(promiseClass, (callback) =>
    runInFrame(undefined, previous as Schedule, undefined, [callback]),
  );
}

/** Follows the class to which the global `Promise` has changed. Returns whether it has. */
export function followGlobalPromise(): boolean {
  const previous = globalPromise;
  globalPromise = globalThis.Promise;
  if (globalPromise === previous) return false;
  followReplacement(globalPromise?.prototype);
  return true;
}

/** Must be called when the interception of `await` starts and ends. */
export function setObserved(value: boolean): void {
  isObserved = value;
}

/**
 * Whether the global `Promise` was replaced unnoticed since the last call. If so, the function that is scheduled now can
 * be the queue of the library, which must start in the root.
 */
export const isNewlyReplaced = (): boolean => !isObserved && followGlobalPromise();

/** Replaces the accessor by the method that it returns. */
export function fixThen(): void {
  Reflect.defineProperty(NativePromise.prototype, 'then', { value: outermostThen, writable: true });
}

/** Patches the language's class, and the one that has replaced it. */
export function patchPromise(): void {
  patchClass(NativePromise);
  globalPromise = undefined;
  followGlobalPromise();
}

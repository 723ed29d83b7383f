/**
 * Rule 1: a reaction runs in the frame that was current when `then`, `catch` or `finally` was called. The language
 * implements `catch` and the static methods with `then`, and the static methods with `Promise.resolve` as well.
 * `finally` needs a separate patch, because the result of its callback is awaited.
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
import { isObject } from '../is-object.js';
import { bindToFrame } from './bind-callback.js';
import { disguise, isReplacement, patchProperty, replaceFunction } from './patch.js';
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

/** What was last assigned to `Promise.prototype.then`, and what reading it returns. */
let assignedThen: Then;
export let outermostThen: Then;

/** The global `Promise` when it was last examined, and whether the interception observes assignments to it. */
let globalPromise: PromiseConstructor = NativePromise;
let isObserved = false;

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
      const bind = isForeign || (then === outermostThen && !isNewlyReplaced()) ? bindReaction : passOn;
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

const passOn = (fn: Reaction): Reaction => fn;

/** Does what an assignment does to a property without an accessor. */
export function assign(target: object, key: PropertyKey, value: unknown): void {
  if (!Reflect.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })) {
    throw new TypeError(`Cannot assign to property '${String(key)}' of a frozen promise`);
  }
}

/** Makes the given method, which a library has assigned, the one that is called last. */
function useThen(then: Then): void {
  assignedThen = then;
  outermostThen = typeof then !== 'function' || isReplacement(then) ? then : createThen(then, false);
}

/**
 * Patches `Promise.prototype.then` with an accessor, so that a replacement by another library is noticed. The one that
 * the library replaces is ours, and the library may assign it again later.
 */
function patchNativeThen(prototype: Promise<unknown>): void {
  useThen(prototype.then as Then);
  patchProperty(
    prototype,
    'then',
    'Promise.prototype.then',
    () => ({
      get: () => outermostThen,
      set(this: object, value: Then) {
        if (this !== prototype) return assign(this, 'then', value);
        useThen(value);
        // The library returns promises of its class, which it may assign later.
        if (value !== outermostThen) followReplacement(Object.getPrototypeOf(value.call(resolved, null, null)));
      },
    }),
    (native) => ({ ...native, value: assignedThen }),
  );
}

/** Binds the reactions of a class that has replaced `Promise`. */
function patchForeignThen(prototype: Promise<unknown>): void {
  patchProperty(prototype, 'then', 'Promise.prototype.then', ({ value }) => ({ value: createThen(value, true) }));
}

function patchClass(promiseClass: PromiseConstructor): void {
  const { prototype } = promiseClass;
  const isForeign = promiseClass !== NativePromise;
  if (isForeign) patchForeignThen(prototype);
  else patchNativeThen(prototype);
  patchProperty(
    prototype,
    'finally',
    'Promise.prototype.finally',
    replaceFunction((native: Promise<unknown>['finally']) =>
      ({
        finally(this: Promise<unknown>, onFinally: (() => void) | null | undefined): Promise<unknown> {
          // The result of the callback is awaited, and can be a thenable.
          const call = typeof onFinally === 'function' ? () => wrapThenable(onFinally()) : onFinally;
          nativeCallDepth++;
          try {
            // The language's method calls `then`. Those of other libraries do not.
            return native.call(this, (isForeign ? bindReaction(call) : call) as () => void);
          } finally {
            nativeCallDepth--;
          }
        },
      }).finally),
  );
  patchProperty(
    promiseClass,
    'resolve',
    'Promise.resolve',
    replaceFunction((native: PromiseConstructor['resolve']) =>
      ({
        resolve(this: PromiseConstructor, value: unknown): Promise<unknown> {
          nativeCallDepth++;
          try {
            return native.call(this, wrapThenable(value));
          } finally {
            nativeCallDepth--;
          }
        },
      }).resolve),
  );
}

/** Follows zone.js, and a class that another library has put in place of `Promise`. */
function followReplacement(prototype: object | null | undefined): void {
  followZones();
  const then: unknown = isObject(prototype) && Reflect.getOwnPropertyDescriptor(prototype, 'then')?.value;
  if (typeof then !== 'function' || isReplacement(then)) return;
  const promiseClass = (prototype as Promise<unknown>).constructor as ReplacedPromise;
  patchClass(promiseClass);
  // Reactions that were added before are not bound, and neither are the callbacks of other methods.
  const { setScheduler, _immediateFn } = promiseClass;
  if (_immediateFn) promiseClass._immediateFn = bindToFrame(undefined, _immediateFn);
  if (setScheduler) {
    const previous: Schedule = setScheduler.call(promiseClass, (callback) =>
      runInFrame(undefined, previous, undefined, [callback]),
    );
  }
}

/** Follows the class to which the global `Promise` has changed. Returns whether it has. */
export function followGlobalPromise(): boolean {
  const hasChanged = globalThis.Promise !== globalPromise;
  globalPromise = globalThis.Promise;
  if (hasChanged) followReplacement(globalPromise?.prototype);
  return hasChanged;
}

/** Must be called when the interception of `await` starts and stops to observe assignments to the global `Promise`. */
export function setObserved(value: boolean): void {
  isObserved = value;
}

/**
 * Whether the global `Promise` was replaced unnoticed since the last call. If so, the function that is scheduled now can
 * be the queue of the library, which must start in the root.
 */
export function isNewlyReplaced(): boolean {
  return !isObserved && followGlobalPromise();
}

export function patchPromise(): void {
  patchClass(NativePromise);
  globalPromise = NativePromise;
  followZones();
  followGlobalPromise();
}

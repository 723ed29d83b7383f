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
import { current, isAtRoot } from '../engine/current.js';
import { NativePromise, resolved } from '../engine/jobs.js';
import { natives } from '../engine/natives.js';
import { wrapThenable } from '../engine/wrap-thenable.js';
import { bindToFrame } from './bind-callback.js';
import { disguise, findOwner, observeProperty, patchProperty, type ReplaceProperty, replaceFunction } from './patch.js';
import { followZones } from './zones.js';

type Reaction = ((value: never) => unknown) | null | undefined;
export type Then = (this: Promise<unknown>, onFulfilled: Reaction, onRejected: Reaction) => Promise<unknown>;

/** The libraries that have a property for the function that schedules their queue. */
interface ReplacedPromise extends PromiseConstructor {
  /** Bluebird. Returns the previous function. */
  setScheduler?(schedule: Schedule): Schedule;
  /** promise-polyfill. */
  _immediateFn?: Schedule;
  /** Dexie. */
  scheduler?: Schedule;
}

type Schedule = (callback: () => void) => unknown;

/** The global property that holds Dexie. */
const DEXIE: unique symbol = Symbol.for('Dexie');

/** The number of nested calls of this module that make the JavaScript engine read a promise's `constructor`. */
export let nativeCallDepth = 0;

/** What reading `Promise.prototype.then` returns. */
export let outermostThen: Then;

/** The global `Promise` when it was last examined. */
let globalPromise: PromiseConstructor | undefined;

/**
 * While `await` is intercepted: returns the `then` of a promise that is awaited, and undefined for other reads. Called
 * without a promise when a library has replaced `Promise`. The interception also observes assignments to the global
 * `Promise`.
 */
export let readThenForAwait: ((promise?: object) => Then | undefined) | undefined;

/** Starts or ends the interception of `await`. */
export function interceptThen(read?: typeof readThenForAwait): void {
  readThenForAwait = read;
}

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
  outermostThen = typeof then !== 'function' || natives.has(then) ? (then as Then) : createThen(then as Then, false);
}

/** @param prototype the object on the prototype chain of its promises that has `then` */
function patchClass(promiseClass: PromiseConstructor, prototype: Promise<unknown>): void {
  const isForeign = promiseClass !== NativePromise;
  if (isForeign) {
    patchProperty(prototype, 'then', 'Promise.prototype.then', ({ value, get }) => {
      if (get === undefined) return { value: createThen(value, true) };
      return {
        get: disguise(
          {
            getThen(this: object): Then {
              return createThen(get.call(this), true);
            },
          }.getThen,
          get,
        ),
      };
    });
  } else {
    useThen(prototype.then);
    observeProperty(
      prototype,
      'then',
      'Promise.prototype.then',
      (promise) => readThenForAwait?.(promise) ?? outermostThen,
      (then) => {
        useThen(then);
        // A library returns promises of its class, with which it may replace the global `Promise` later.
        try {
          followReplacement(Object.getPrototypeOf((then as Then).call(resolved, null, null)).constructor);
        } catch {
          // It cannot be called yet, or is no `then`.
        }
      },
    );
  }
  patchProperty(
    prototype,
    'finally',
    'Promise.prototype.finally',
    // The callback has no argument.
    wrapArgument((onFinally) => bindReaction(typeof onFinally === 'function' ? () => onFinally() : null)),
  );
  // es6-promise itself calls a method that is not its own without an object.
  patchProperty(
    promiseClass,
    'resolve',
    'Promise.resolve',
    wrapArgument((value, self) => {
      const wrapped = wrapThenable(value);
      // A promise of the class itself is returned as it is, even if a subclass has a `then` of its own.
      return wrapped !== value && (value as object).constructor === self ? value : wrapped;
    }, isForeign && promiseClass),
  );
}

/**
 * Returns a function for `patchProperty` that wraps the argument of a method which reads a promise's `constructor`.
 * @param self what the method is called on if it is called without an object
 */
const wrapArgument = (wrap: (argument: unknown, self: unknown) => unknown, self?: unknown): ReplaceProperty =>
  replaceFunction(
    (native) =>
      ({
        call(this: unknown, argument: unknown): unknown {
          nativeCallDepth++;
          try {
            return native.call(this ?? self, wrap(argument, this));
          } finally {
            nativeCallDepth--;
          }
        },
      }).call,
  );

/**
 * Follows the libraries that are loaded, and a class that one has put in place of `Promise`.
 * @returns whether there is a class that was not followed before
 */
function followReplacement(promiseClass: PromiseConstructor | undefined): boolean {
  followZones();
  // Dexie replaces the global `Promise` only while code of a transaction runs.
  const isDexieNew = followClass((globalThis as { [DEXIE]?: { Promise: PromiseConstructor } })[DEXIE]?.Promise);
  return followClass(promiseClass) || isDexieNew;
}

function followClass(
  replacement: PromiseConstructor | undefined,
  // The methods can be those of a base class.
  prototype = findOwner(replacement?.prototype, 'then') as Promise<unknown> | undefined,
): boolean {
  const then = prototype && Reflect.getOwnPropertyDescriptor(prototype, 'then');
  if (!then || prototype === NativePromise.prototype || natives.has((then.value ?? then.get) as object)) return false;
  // The prototype of an old class can lack `constructor`.
  const promiseClass = (replacement?.prototype === prototype ? replacement : prototype.constructor) as ReplacedPromise;
  patchClass(promiseClass, prototype);
  readThenForAwait?.();
  // Reactions that were added before are not bound, and neither are the callbacks of other methods.
  for (const key of ['_immediateFn', 'scheduler'] as const) {
    if (promiseClass[key]) promiseClass[key] = bindToFrame(undefined, promiseClass[key]);
  }
  const previous = promiseClass.setScheduler?.(
    bindToFrame(undefined, (callback) => (previous as Schedule)(callback)),
  ) as unknown;
  return true;
}

/** Follows what has replaced the global `Promise`. Returns whether there is a class that was not followed before. */
export function followGlobalPromise(): boolean {
  globalPromise = globalThis.Promise;
  return followReplacement(globalPromise);
}

/**
 * Whether the global `Promise` was replaced unnoticed since the last call. If so, the function that is scheduled now can
 * be the queue of the library, which must start in the root.
 */
export const isNewlyReplaced = (): boolean =>
  !readThenForAwait && globalThis.Promise !== globalPromise && followGlobalPromise();

/** Replaces the accessor by the method that it returns. */
export function fixThen(): void {
  Reflect.defineProperty(NativePromise.prototype, 'then', { value: outermostThen, writable: true });
}

/** Patches the language's class, and the one that has replaced it. */
export function patchPromise(): void {
  patchClass(NativePromise, NativePromise.prototype);
  followGlobalPromise();
}

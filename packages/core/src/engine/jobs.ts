/**
 * Jobs of this package in the queue of promise reactions: first in, first out. They are reactions of an already
 * resolved promise, which Chromium queues ten times faster than `queueMicrotask`.
 */
import { current } from './current.js';
import { share } from './shared-state.js';

const ownPromise: Promise<unknown> = (async () => {})();
/** The promise of the language's own class whose reactions are the jobs of all copies of the package. */
export const resolved: Promise<unknown> = /* @__PURE__ */ share('resolved', () => ownPromise);
const prototype: Promise<unknown> = Object.getPrototypeOf(ownPromise);
const { then } = prototype;

/**
 * The language's own class, even if `Promise` on the global object was replaced. core-js, if it was loaded before, has
 * removed the only reference to it, and the class is that of core-js. If a build tool has lowered this file, it is
 * `Promise` on the global object when the file was loaded.
 */
export const NativePromise = prototype.constructor as PromiseConstructor;

/**
 * The language's own `then`, which the first copy of the package on a page reads before it patches it. If another library
 * has replaced it before, a function that does the same with an `await`, which calls no method. The replacement returns
 * a promise of the library.
 */
export const nativeThen: typeof then = /* @__PURE__ */ share('then', () =>
  Object.getPrototypeOf(then.call(resolved)) === prototype ? then : (thenByAwait as typeof then),
);

export const nativeResolve = /* @__PURE__ */ share('resolve', () => NativePromise.resolve);

async function thenByAwait(
  this: Promise<unknown>,
  onFulfilled: ((value: unknown) => unknown) | undefined,
  onRejected: (reason: unknown) => unknown,
): Promise<unknown> {
  let value: unknown;
  try {
    current.exemptPromise = this;
    value = await this;
  } catch (error) {
    return onRejected(error);
  }
  return onFulfilled?.(value);
}

/**
 * Keeps the accessor that intercepts `constructor` from being called for each job. Must be called only when there is an
 * accessor: a single promise with its own `constructor` makes every `await` of a page in Chromium twice as slow.
 */
export function exemptJobsFromInterception(): void {
  Reflect.defineProperty(resolved, 'constructor', { value: NativePromise, configurable: true });
}

/** Runs a function after all jobs that are already queued. The function must not throw. */
export function queueJob(fn: () => void): void {
  // Nothing to wait for: the function does not throw, and the promise of a reaction has no other use.
  void nativeThen.call(resolved, fn);
}

/** Makes the root current after all jobs that are already queued. */
export function queueReturnToRoot(): void {
  queueJob(returnToRoot);
}

function returnToRoot(): void {
  current.frame = undefined;
}

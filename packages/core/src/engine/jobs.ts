/**
 * Jobs of this package in the queue of promise reactions: first in, first out. They are reactions of an already
 * resolved promise, which Chromium queues ten times faster than `queueMicrotask`.
 */
import { current } from './current.js';
import { share } from './shared-state.js';

/**
 * The class of the promises that async functions return: the language's own, even if `Promise` on the global object was
 * replaced. If a build tool has lowered this file, it is `Promise` on the global object when the file was loaded.
 */
export const NativePromise: PromiseConstructor = Object.getPrototypeOf((async () => {})()).constructor;

// The first copy of the package on a page reads them before it patches them.
export const nativeThen = /* @__PURE__ */ share('then', () => NativePromise.prototype.then);

export const nativeResolve = /* @__PURE__ */ share('resolve', () => NativePromise.resolve);

const resolved = NativePromise.resolve();

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

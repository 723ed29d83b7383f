/** Jobs of ours right before and after the one in which the engine goes on with what awaits a promise. */
import { current } from '../engine/current.js';
import { NativePromise, nativeThen } from '../engine/jobs.js';
import type { GuardedFlow } from './async-call.js';
import { handOn } from './thenables.js';

/**
 * In place of `off` where a rejection makes the engine call something before any code of the function runs: it closes the
 * iterator of a destructuring.
 */
export function hold(flow: GuardedFlow, value: unknown): Promise<unknown> {
  const promise = promiseOf(handOn(value));
  flow.off(undefined);
  const resume = () => flow.resume();
  before(promise, resume, resume);
  return promise;
}

/** The promise that the engine would wait for if it were given the value. Not by `Promise.resolve`, which others patch. */
export function promiseOf(value: unknown): Promise<unknown> {
  if (value instanceof NativePromise) {
    exempt(value);
    if (value.constructor === NativePromise) return value;
  }
  return new NativePromise((resolve) => resolve(value));
}

/** Takes the next place among those who wait for the promise. The engine is then to look at it as if nobody else did. */
export function before(promise: Promise<unknown>, ifFulfilled: (() => void) | undefined, ifRejected: () => void): void {
  exempt(promise);
  nativeThen.call(promise, ifFulfilled, ifRejected);
  exempt(promise);
}

/** Takes the place after the engine. */
export function after(promise: Promise<unknown>, job: () => void): void {
  before(promise, job, job);
  current.exempt = undefined;
}

/** Where `await` is intercepted, the next look at the promise is not to be taken for one. */
function exempt(promise: Promise<unknown>): void {
  if (current.frame !== undefined || current.entered) current.exempt = promise;
}

/**
 * Jobs right before and right after the one in which the JavaScript engine continues with code that awaits a promise.
 */
import { current, isAtRoot } from '../engine/current.js';
import { NativePromise, nativeThen } from '../engine/jobs.js';
import type { EmittedGuardedCall } from './emitted-code.js';
import type { GuardedCall } from './guarded-call.js';
import { wrapOperand } from './thenables.js';

/**
 * Replaces `suspend` where a rejection makes the JavaScript engine call user code before any code of the function runs:
 * within a destructuring, it closes the iterator. A job therefore resumes the call right before the JavaScript engine
 * continues.
 */
export function suspendAndSchedule(emittedCall: EmittedGuardedCall, value: unknown): Promise<unknown> {
  const call = emittedCall as unknown as GuardedCall;
  const promise = toPromise(wrapOperand(value));
  call.suspend(undefined);
  const enterFrame = () => call.enterFrame();
  scheduleBefore(promise, enterFrame, enterFrame);
  return promise;
}

/**
 * Returns the promise that the JavaScript engine would wait for. Does not use `Promise.resolve`, which other libraries
 * patch.
 */
export function toPromise(value: unknown): Promise<unknown> {
  if (value instanceof NativePromise) {
    exempt(value);
    if (value.constructor === NativePromise) return value;
  }
  return new NativePromise((resolve) => resolve(value));
}

/**
 * Schedules a job before all reactions of a promise that are added from now on. The JavaScript engine, which awaits the
 * promise next, must find it as if it had no reaction of this package.
 */
export function scheduleBefore(
  promise: Promise<unknown>,
  ifFulfilled: (() => void) | undefined,
  ifRejected: () => void,
): void {
  exempt(promise);
  // The derived promise is not used. It cannot reject, because both outcomes are handled and the jobs do not throw.
  void nativeThen.call(promise, ifFulfilled, ifRejected);
  exempt(promise);
}

/** Schedules a job after the reaction that the JavaScript engine has added to a promise. */
export function scheduleAfter(promise: Promise<unknown>, job: () => void): void {
  scheduleBefore(promise, job, job);
  current.exemptPromise = undefined;
}

/** If `await` is intercepted, the next read of the promise's `constructor` must not be mistaken for an `await`. */
function exempt(promise: Promise<unknown>): void {
  if (!isAtRoot()) current.exemptPromise = promise;
}

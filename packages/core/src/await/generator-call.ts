/**
 * One call of an async generator. A call of its `next`, `throw` or `return` resumes the body synchronously, within the
 * caller, unless the call must wait in the generator's queue. `current.isResuming` distinguishes the two cases.
 */
import { current } from '../engine/current.js';
import { RUNNING } from './async-call.js';
import { patchAsyncGeneratorMethods } from './async-generator-methods.js';
import { type EmittedGeneratorCall, withEmittedNames } from './emitted-code.js';
import { GuardedCall } from './guarded-call.js';
import { scheduleBefore, toPromise } from './scheduling.js';
import { wrapYielded } from './thenables.js';

class GeneratorCall extends GuardedCall {
  override suspend(operand: unknown): unknown {
    const wrapped = super.suspend(operand);
    this.isResumed = false;
    return wrapped;
  }

  override resumeIfSuspended(): void {
    if (current.isResuming) this.frame = RUNNING;
    else super.resumeIfSuspended();
  }

  /** Suspends at a `yield`, or at a `return`, which awaits as well. */
  suspendToYield(value: unknown): unknown {
    const wrapped = wrapYielded(value, this.isResumed);
    this.suspend(undefined);
    return wrapped;
  }

  /**
   * Suspends at a `yield` where a rejection closes an iterator. Only a rejection schedules the resumption: after a
   * fulfillment, the generator can suspend once more.
   */
  suspendToYieldAndSchedule(value: unknown): unknown {
    const promise = toPromise(this.suspendToYield(value));
    scheduleBefore(promise, undefined, () => this.enterFrame());
    return promise;
  }

  resumeFromYield(result: unknown): unknown {
    this.resumeIfSuspended();
    return result;
  }
}

function prepareGeneratorCalls(): () => EmittedGeneratorCall {
  // This must happen before the first generator is created: user code may keep references to its methods.
  patchAsyncGeneratorMethods();
  return withEmittedNames(GeneratorCall, () => new GeneratorCall());
}

export const generatorCall: () => EmittedGeneratorCall = /* @__PURE__ */ prepareGeneratorCalls();

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
import { unwrapResult, wrapOperand, wrapYielded } from './thenables.js';

class GeneratorCall extends GuardedCall {
  override suspend(operand: unknown): unknown {
    const wrapped = super.suspend(operand);
    this.isResumed = false;
    return wrapped;
  }

  override resumeIfSuspended(): void {
    if (this.frame === RUNNING) return;
    if (takeResumption()) this.frame = RUNNING;
    else this.enterFrame();
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

/**
 * One call of an async generator that a build tool has lowered after the transform, that is, compiled to an older
 * version of the language. The tool's code calls the body in two ways: within a call of `next`, `throw` or `return`,
 * whose frame is current, and in a reaction of a promise, which the patches of promises run in the frame in which the
 * tool's code has added it. That is the frame of the `await`, so the right frame is current in both cases. Only
 * thenables need to be wrapped.
 */
class LoweredGeneratorCall extends GuardedCall {
  override get isLoweredGenerator(): boolean {
    return true;
  }

  override suspend(operand: unknown): unknown {
    this.frame = current.frame;
    return wrapOperand(operand);
  }

  override resume(result: unknown): unknown {
    return unwrapResult(result);
  }

  override resumeIfSuspended(): void {}

  override enterFrame(): void {}

  suspendToYield(value: unknown): unknown {
    return wrapYielded(value);
  }

  suspendToYieldAndSchedule(value: unknown): unknown {
    return wrapYielded(value);
  }

  resumeFromYield(result: unknown): unknown {
    return result;
  }
}

/** Returns whether a method of a generator is resuming the body that calls this function. */
function takeResumption(): boolean {
  const { isResuming } = current;
  // The body may call a lowered generator, which no patched method resumes.
  current.isResuming = false;
  return isResuming;
}

function prepareGeneratorCalls(): () => EmittedGeneratorCall {
  // This must happen before the first generator is created: user code may keep references to its methods.
  patchAsyncGeneratorMethods();
  const createNative = withEmittedNames(GeneratorCall, () => new GeneratorCall());
  const createLowered = withEmittedNames(LoweredGeneratorCall, () => new LoweredGeneratorCall());
  // A patched method has started the body, unless it was lowered.
  return () => (takeResumption() ? createNative() : createLowered());
}

export const generatorCall: () => EmittedGeneratorCall = /* @__PURE__ */ prepareGeneratorCalls();

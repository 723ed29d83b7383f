/**
 * Generators as in the TC39 text: the body runs in the frame of the call that created the generator, whichever code
 * resumes it, and the resuming code finds its own frame unchanged.
 */
import { current } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { RUNNING } from './async-call.js';
import { type EmittedCreationFrameGenerator, withEmittedNames } from './emitted-code.js';
import { GuardedCall } from './guarded-call.js';
import { unwrapResult, wrapOperand, wrapYielded } from './thenables.js';

export class CreationFrameGenerator extends GuardedCall {
  override frame: OpaqueFrame | undefined | typeof RUNNING = current.frame;
  /** The frame of the code that has resumed the body. */
  #callerFrame: OpaqueFrame | undefined = undefined;

  override suspend(operand: unknown): unknown {
    const wrapped = wrapOperand(operand, true);
    this.frame = current.frame;
    current.frame = this.#callerFrame;
    return wrapped;
  }

  override resume(result: unknown): unknown {
    this.resumeIfSuspended();
    return unwrapResult(result);
  }

  override enterFrame(): void {
    this.#callerFrame = current.frame;
    current.frame = this.frame as OpaqueFrame | undefined;
    this.frame = RUNNING;
  }

  override end(): void {
    if (this.frame === RUNNING) current.frame = this.#callerFrame;
  }

  override cancelSuspend(): void {
    current.frame = this.frame as OpaqueFrame | undefined;
    this.frame = RUNNING;
  }

  /** Suspends at a `yield` of an async generator, or at a `return`, which awaits as well. */
  suspendToYield(value: unknown): unknown {
    const wrapped = wrapYielded(value, true);
    this.suspend(undefined);
    return wrapped;
  }

  /** Suspends at a `yield` of a synchronous generator. */
  suspendToYieldSync(value: unknown): unknown {
    this.suspend(undefined);
    return value;
  }

  resumeFromYield(result: unknown): unknown {
    this.resumeIfSuspended();
    return result;
  }

  /** Rebuilds a rest parameter from the pattern that replaces it in the parameter list. */
  rest(length: number, elements: object): unknown[] {
    return Object.assign(new Array(length), elements);
  }
}

export const creationFrameGenerator: () => EmittedCreationFrameGenerator = /* @__PURE__ */ withEmittedNames(
  CreationFrameGenerator,
  () => new CreationFrameGenerator(),
);

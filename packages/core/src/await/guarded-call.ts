/**
 * A call that can continue without `resume`: after a rejection within a `try`, or in a loop that awaits internally.
 * Such code begins with `resumeIfSuspended`, which does what `resume` would have done.
 *
 *                   suspend()
 *       +---------+ --------------------------------------------> +-----------------+
 *       | RUNNING |                                               | suspended       |
 *       +---------+ <-------------------------------------------- | (a frame noted) |
 *                   resume()             the awaited value        +-----------------+
 *                   resumeIfSuspended()  a rejection, or code of the JavaScript engine
 *                   cancelSuspend()      the suspension did not happen
 */
import { current } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { AsyncCall, RUNNING } from './async-call.js';
import { type EmittedGuardedCall, withEmittedNames } from './emitted-code.js';
import { isAnyProxyExposed, unwrapResult } from './thenables.js';

export class GuardedCall extends AsyncCall {
  /** Whether this is a call of an async generator that a build tool has lowered. */
  get isLoweredGenerator(): boolean {
    return false;
  }

  override resume(result: unknown): unknown {
    current.frame = this.frame as OpaqueFrame | undefined;
    this.frame = RUNNING;
    this.isResumed = true;
    return isAnyProxyExposed ? unwrapResult(result) : result;
  }

  resumeIfSuspended(): void {
    if (this.frame !== RUNNING) this.enterFrame();
  }

  /** Makes the frame of the suspension current: the JavaScript engine has resumed the function. */
  enterFrame(): void {
    current.frame = this.frame as OpaqueFrame | undefined;
    this.frame = RUNNING;
    this.isResumed = true;
  }

  /** Undoes a `suspend` after which the JavaScript engine did not suspend the function. */
  cancelSuspend(wasResumed: boolean): void {
    if (wasResumed) current.frame = this.frame as OpaqueFrame | undefined;
    this.frame = RUNNING;
    this.isResumed = wasResumed;
  }
}

export const guardedCall: () => EmittedGuardedCall = /* @__PURE__ */ withEmittedNames(
  GuardedCall,
  () => new GuardedCall(),
);

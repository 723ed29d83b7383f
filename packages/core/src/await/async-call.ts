/**
 * The state of one call of a transformed async function: the frame in which it is suspended, and whether the JavaScript
 * engine has resumed it.
 *
 *     called by its caller                        resumed by the JavaScript engine, from its job queue
 *     ----------------------------------------    ---------------------------------------------------------
 *     current: F, the caller's frame
 *     suspend(operand)    notes F
 *     the caller continues in F
 *                                                 current: root
 *                                                 resume(result)      makes F current
 *                                                 suspend(operand)    notes F, makes the root current
 *
 *                                                 current: root
 *                                                 resume(result)      makes F current
 *                                                 end()               makes the root current
 *
 * Until its first suspension a function runs synchronously within its caller, whose frame must not change. The
 * JavaScript engine resumes a function from its job queue, in the root. A resumed function therefore makes the root
 * current again when it yields control: at the next suspension or at its end.
 */
import { current } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { NativePromise } from '../engine/jobs.js';
import { type EmittedCall, withEmittedNames } from './emitted-code.js';
import { isAnyProxyExposed, unwrapResult, wrapOperandSlowPath } from './thenables.js';

/** Stored in place of a frame while the function is not suspended. */
export const RUNNING: unique symbol = Symbol();

export class AsyncCall {
  frame: OpaqueFrame | undefined | typeof RUNNING = RUNNING;
  isResumed = false;

  // wrapOperand() and unwrapResult() are inlined here and in GuardedCall: this code surrounds every `await` of a
  // program.
  // Benchmark: npm run bench -- --browsers --only await
  suspend(operand: unknown): unknown {
    const wrapped =
      operand instanceof NativePromise && operand.constructor === NativePromise
        ? operand
        : wrapOperandSlowPath(operand, this.isResumed);
    this.frame = current.frame;
    if (this.isResumed) current.frame = undefined;
    return wrapped;
  }

  resume(result: unknown): unknown {
    current.frame = this.frame as OpaqueFrame | undefined;
    this.isResumed = true;
    return isAnyProxyExposed ? unwrapResult(result) : result;
  }

  end(): void {
    if (this.isResumed) current.frame = undefined;
  }
}

export const asyncCall: () => EmittedCall = /* @__PURE__ */ withEmittedNames(AsyncCall, () => new AsyncCall());

/**
 * The evaluation of a module with top-level `await`. If the module throws, none of its code runs at its end, so after
 * each resumption a job makes the root current as well.
 */
import { current } from '../engine/current.js';
import { queueReturnToRoot } from '../engine/jobs.js';
import { type EmittedGuardedCall, withEmittedNames } from './emitted-code.js';
import { GuardedCall } from './guarded-call.js';

class ModuleEvaluation extends GuardedCall {
  override resume(result: unknown): unknown {
    const unwrapped = super.resume(result);
    queueReturnFromFlow();
    return unwrapped;
  }

  override enterFrame(): void {
    super.enterFrame();
    queueReturnFromFlow();
  }
}

function queueReturnFromFlow(): void {
  if (current.frame !== undefined) queueReturnToRoot();
}

export const moduleEvaluation: () => EmittedGuardedCall = /* @__PURE__ */ withEmittedNames(
  ModuleEvaluation,
  () => new ModuleEvaluation(),
);

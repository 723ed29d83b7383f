/** The top level of a module. Where it throws nobody sees its end, so a job puts the root back as well. */
import { current } from '../engine/current.js';
import { runToRoot } from '../engine/jobs.js';
import { GuardedFlow } from './async-call.js';

class ModuleFlow extends GuardedFlow {
  override on(value: unknown): unknown {
    const result = super.on(value);
    leaveSoon();
    return result;
  }

  override resume(): void {
    super.resume();
    leaveSoon();
  }
}

function leaveSoon(): void {
  if (current.frame !== undefined) runToRoot();
}

export const moduleFlow = () => new ModuleFlow();

/** The state of a promise, which Node shows in its description only. */
import { inspect } from 'node:util';

const OPTIONS = { customInspect: false, depth: 0, maxArrayLength: 0, maxStringLength: 0 };

/** Whether a promise of the runtime's own class has not been settled. A promise of another realm counts as settled. */
export function isPendingPromise(promise: object): boolean {
  try {
    return /^[^{'"`]*\{\s*<pending>/.test(inspect(promise, OPTIONS));
  } catch {
    // A property of its result threw an error.
    return false;
  }
}

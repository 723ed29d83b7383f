/**
 * The features in which Throughline and the runtime's own class should not differ. Programs use no others.
 *
 * Throughline behaves as Node 26 does, on every runtime. Where the runtime's own class is based on async hooks (Node 20
 * and 22, and later versions with `--no-async-context-frame`) it behaves differently:
 *
 * - `disable()` turns the storage off for every flow, and so does `exit(fn)` while `fn` runs. A `run` in `fn` turns
 *   it on again, and then the outer value is lost.
 * - The `defaultValue`, if the class has that option, is lost after a value has been set and its scope has ended.
 * - A value that is entered in a resource is current again the next time the resource runs. A value that `run` has set
 *   is current when the resource runs inside itself.
 */
import type { ProgramApi } from './program-api.js';

export interface ComparableFeatures {
  readonly hasDefaultValue: boolean;
  readonly hasWithScope: boolean;
  readonly hasDisable: boolean;
  readonly hasExit: boolean;
  /** `enterWith` in a resource that runs more than once, and a resource that runs inside itself. */
  readonly hasResourceReentry: boolean;
}

export function findComparableFeatures(native: ProgramApi, ours: ProgramApi): ComparableFeatures {
  const storage = new native.AsyncLocalStorage({ defaultValue: true });
  const isBasedOnFrames = !('kResourceStore' in storage);
  return {
    hasDefaultValue: isBasedOnFrames && storage.getStore() === true,
    hasWithScope: isBasedOnFrames && 'withScope' in storage,
    hasDisable: isBasedOnFrames,
    hasExit: isBasedOnFrames,
    hasResourceReentry: keepsEnteredValues(native) === keepsEnteredValues(ours),
  };
}

/** Returns whether a value that is entered in a resource is current again the next time the resource runs. */
function keepsEnteredValues({ AsyncLocalStorage, AsyncResource }: ProgramApi): boolean {
  const storage = new AsyncLocalStorage();
  const resource = new AsyncResource('RandomProgram');
  resource.runInAsyncScope(() => storage.enterWith(true));
  const keeps = resource.runInAsyncScope(() => storage.getStore() === true);
  storage.disable();
  return keeps;
}

/**
 * The smallest set of patches, for pages that are built with `@throughline/transform` and select it in their build:
 * promises and, with the transform, `await` keep their frames. Timers, events and requests are not patched: their
 * callbacks run in the root.
 */
import { share } from '../engine/shared-state.js';
import { patchFunctionToString } from './patch.js';
import { followGlobalPromise, patchPromise } from './promise.js';

/** Installs the patches, once for all copies of the package on a page. */
export function install(): void {
  share('promises', () => {
    patchFunctionToString();
    patchPromise();
    return followGlobalPromise;
  })();
}

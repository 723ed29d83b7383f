/**
 * The smallest set of patches, for pages that are built with `@throughline/transform` and choose it there: promises, and with
 * the transform `await`. Timers, events and requests are not followed: what they call runs at the root.
 */
import { share } from '../engine/shared-state.js';
import { patchSourceText } from './patch.js';
import { patchPromise } from './promise.js';

/** Puts the patches in, once for all copies of the package on a page. */
export function install(): void {
  share('promises', () => {
    patchSourceText();
    patchPromise();
    return true;
  });
}

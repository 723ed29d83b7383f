/** Bun, whose own storages carry the frame. The first storage patches what Bun calls in another frame than Node. */
import { installForBun } from '../runtimes/bun.js';
import { followWithPatches } from './follow-with-patches.js';
import * as native from './native.js';

export { AsyncResource } from '../runtimes/async-resource.js';
export {
  captureContext,
  enterFrame,
  getFrame,
  getHolder,
  noteValue,
  popFrame,
  pushFrame,
  restoreAtJobEnd,
  runInFrame,
  share,
} from './native.js';

export const follow = /* @__PURE__ */ followWithPatches(native, installForBun);

/** Bun, whose own storages carry the frame. The first storage patches what Bun calls in another frame than Node. */
import { installForBun } from '../runtimes/bun.js';
import * as native from './native.js';

export { AsyncResource } from '../runtimes/async-resource.js';
export {
  captureContext,
  enterFrame,
  getFrame,
  getHolder,
  popFrame,
  pushFrame,
  restoreAtJobEnd,
  runInFrame,
  share,
} from './native.js';

let isInstalled = false;

export function follow(): void {
  native.follow();
  if (isInstalled) return;
  isInstalled = true;
  installForBun({ getCurrentFrame: () => native.getFrame(native.getHolder()), runInFrame: native.runInFrame });
}

/** workerd, whose own storages carry the frame. The first storage patches what workerd calls in another frame than Node. */
import { installForWorkerd } from '../runtimes/workerd.js';
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
  installForWorkerd({ getCurrentFrame: () => native.getFrame(native.getHolder()), runInFrame: native.runInFrame });
}

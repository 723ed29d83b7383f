/** Bun, whose own storages carry the frame. */
export {
  AsyncResource,
  captureContext,
  enterFrame,
  follow,
  getFrame,
  getHolder,
  popFrame,
  pushFrame,
  restoreAtJobEnd,
  runInFrame,
  share,
} from './native.js';

/** Rule 3: what is scheduled runs in the frame of the call that scheduled it. */
import { captured } from './captured.js';
import { patchCalls } from './patch.js';

/** They call their first argument, and some hand the others on to it. */
const SCHEDULERS = {
  '': 'setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame requestIdleCallback',
  'Scheduler.prototype': 'postTask',
  'HTMLVideoElement.prototype': 'requestVideoFrameCallback',
};

export function patchSchedulers(): void {
  patchCalls(SCHEDULERS, (native, self, args) => {
    if (args.length > 0) args[0] = captured(args[0]);
    return Reflect.apply(native, self, args);
  });
}

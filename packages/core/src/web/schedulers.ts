/** Rule 3: what is scheduled runs in the frame of the call that scheduled it. */
import { captured } from './captured.js';
import { type Around, patchCall, patchCalls } from './patch.js';

const FUNCTIONS =
  'setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame requestIdleCallback webkitRequestAnimationFrame';

/** They call their first argument, and some hand the others on to it. */
const schedule: Around = (native, self, args) => {
  if (args.length > 0) args[0] = captured(args[0]);
  return Reflect.apply(native, self, args);
};

export function patchSchedulers(): void {
  for (const name of FUNCTIONS.split(' ')) patchCall('', name, schedule);
  patchCalls('Scheduler HTMLVideoElement', /^(postTask|requestVideoFrameCallback)$/, schedule);
}

/** Rule 3: a scheduled callback runs in the frame of the call that scheduled it. */
import { bindToCurrentFrame } from './bind-callback.js';
import { type CallWrapper, wrapCall } from './patch.js';
import { SCHEDULERS } from './platform-apis.js';

/** Binds only the first argument, the callback. Timers pass the other arguments to it unchanged. */
const bindFirstArgument: CallWrapper = (call, _, args) => {
  if (args.length > 0) args[0] = bindToCurrentFrame(args[0]);
  return call();
};

/** Patches the functions of the global object that call back later, such as `setTimeout()`. */
export function patchSchedulers(): void {
  for (const name of SCHEDULERS.split(' ')) wrapCall('', name, bindFirstArgument);
}

/** Rule 3: a callback that a method calls as part of its work, or when it is done, runs in the frame of the call. */
import { bindToCurrentFrame } from './bind-callback.js';
import { wrapMembers } from './patch.js';
import { OPTION_CALLBACKS } from './platform-apis.js';
import { callbackMethods } from './platform-patterns.js';

/** Patches methods with callbacks, such as `canvas.toBlob()`. */
export function patchCallbacks(): void {
  wrapMembers(callbackMethods, (call, _, args) => {
    args.splice(0, args.length, ...args.map(bindArgument));
    return call();
  });
}

/** Binds a function, or the functions among the options that an object has, to the current frame. */
function bindArgument(argument: unknown): unknown {
  // A function is not read: it may have properties of these names as well.
  if (typeof argument !== 'object' || argument === null) return bindToCurrentFrame(argument);
  return OPTION_CALLBACKS.split(' ').reduce((options, key) => {
    const value = bindToCurrentFrame(Reflect.get(options, key));
    return typeof value === 'function' ? (Object.create(options, { [key]: { value } }) as object) : options;
  }, argument);
}

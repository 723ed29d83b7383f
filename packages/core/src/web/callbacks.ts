/** Rule 3: a callback that a method calls as part of its work, or when it is done, runs in the frame of the call. */
import { bindToCurrentFrame } from './bind-callback.js';
import { wrapMembers } from './patch.js';
import { callbackMethods } from './platform-patterns.js';

/** Patches methods with callbacks, such as `canvas.toBlob()`. */
export function patchCallbacks(): void {
  wrapMembers(callbackMethods, (native, self, args) => Reflect.apply(native, self, args.map(bindArgument)));
}

/** Binds a function to the current frame, including the one in the options of `startViewTransition()`. */
function bindArgument(argument: unknown): unknown {
  const { update } = (argument ?? {}) as { update?: unknown };
  // A callback may have an `update` method too, and must remain a function.
  if (typeof argument === 'function' || typeof update !== 'function') return bindToCurrentFrame(argument);
  return Object.create(argument as object, { update: { value: bindToCurrentFrame(update) } });
}

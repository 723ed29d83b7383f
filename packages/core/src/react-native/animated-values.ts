/**
 * Rule 3, for `Animated`: the function that is passed to `start()`, and `onComplete` of its configuration, run in the frame
 * of the call of `start()`, whether the animation runs in JavaScript or on the native side. Compositions such as
 * `Animated.sequence()` start their parts with such a function.
 *
 * Listeners of a value run in the frame in which the value changes: in that of `start()` while an animation runs in
 * JavaScript, and in the root if it runs on the native side.
 */
import { patchProperty, replaceFunction } from '../web/patch.js';
import { bindAlways } from './bind-always.js';
import { patchExport } from './lazy-properties.js';

/** What starts an animation each time that the value changes to which another value is animated. */
interface Tracking {
  _callback?: unknown;
}

/** Patches the class of animated values. */
export function patchAnimations(): void {
  patchExport('Animated', (animated) => {
    // A mock can lack the class.
    const prototype = (animated as { Value?: { prototype: object } }).Value?.prototype;
    const patch = (key: string, bind: (args: unknown[]) => void) => {
      patchProperty(
        prototype,
        key,
        `react-native.Animated.Value.prototype.${key}`,
        replaceFunction(
          (native) =>
            ({
              call(this: unknown, ...args: unknown[]): unknown {
                bind(args);
                return Reflect.apply(native, this, args);
              },
            }).call,
        ),
      );
    };
    patch('animate', (args) => {
      args[1] = bindAlways(args[1]);
    });
    for (const key of ['stopAnimation', 'resetAnimation']) {
      patch(key, (args) => {
        args[0] = bindAlways(args[0]);
      });
    }
    patch('track', ([tracking]) => {
      (tracking as Tracking)._callback = bindAlways((tracking as Tracking)._callback);
    });
  });
}

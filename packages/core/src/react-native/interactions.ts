/**
 * Rule 3, for `InteractionManager`, which React Native 0.88 no longer has: a task runs in the frame of the call of
 * `runAfterInteractions()`. The manager has one queue for all tasks, which therefore starts in the root, and so do the
 * listeners of its events.
 */
import { runInFrame } from '../engine/current.js';
import { patchProperty, replaceFunction } from '../web/patch.js';
import { bindAlways, bindMethods } from './bind-always.js';
import { patchExport } from './lazy-properties.js';

/** The methods that can start the queue. */
const METHODS = ['runAfterInteractions', 'createInteractionHandle', 'clearInteractionHandle'];

/** Patches `InteractionManager` if this version of React Native has it. */
export function patchInteractions(): void {
  patchExport('InteractionManager', (manager) => {
    for (const key of METHODS) {
      patchProperty(
        manager,
        key,
        `react-native.InteractionManager.${key}`,
        replaceFunction(
          (native) =>
            ({
              call(this: unknown, ...args: unknown[]): unknown {
                return runInFrame(undefined, native, this, args.map(bindTask) as never);
              },
            }).call,
        ),
      );
    }
  });
}

/** Binds a task: a function, or an object with a method that runs it. A handle is a number. */
function bindTask(task: unknown): unknown {
  return typeof task !== 'object' || task === null ? bindAlways(task) : bindMethods(task, ['gen', 'run']);
}

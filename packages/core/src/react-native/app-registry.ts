/**
 * Rule 4, for `AppRegistry`: the native side starts the application and its headless tasks, each as a flow of its own. The
 * task starts in the root, also if code of the application starts it.
 */
import { runInFrame } from '../engine/current.js';
import { patchProperty, replaceFunction } from '../web/patch.js';
import { patchExport } from './lazy-properties.js';
import { loadWithRootTimers } from './react-renderer.js';

/** The functions that the native side calls. */
const FUNCTIONS = ['runApplication', 'startHeadlessTask', 'cancelHeadlessTask'];

/** Patches the registry when it is first read, so before the application registers something. */
export function patchAppRegistry(): void {
  patchExport('AppRegistry', (registry) => {
    for (const key of FUNCTIONS) {
      patchProperty(
        registry,
        key,
        `react-native.AppRegistry.${key}`,
        replaceFunction(
          (native) =>
            ({
              call(this: unknown, ...args: unknown[]): unknown {
                const start = () => runInFrame(undefined, native, this, args as never);
                return key === 'runApplication' ? loadWithRootTimers(start) : start();
              },
            }).call,
        ),
      );
    }
  });
}

/**
 * Rule 3, for the timers of React Native. In its new architecture, some are functions of the native side, and the others
 * are defined when they are first read. The callback runs in the frame of the call.
 */
import { type CallWrapper, wrapCall } from '../web/patch.js';
import { isNewlyReplaced } from '../web/promise.js';
import { bindAlways } from './bind-always.js';
import { patchGlobalWhenRead } from './lazy-properties.js';

/** Functions of the global object that call their first argument later. */
const TIMERS = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'requestIdleCallback',
];

const bindCallback: CallWrapper = (call, _, args) => {
  if (args.length > 0 && !isNewlyReplaced()) args[0] = bindAlways(args[0]);
  return call();
};

/** Patches these functions of the global object. */
export function patchTimers(): void {
  for (const name of TIMERS) patchGlobalWhenRead(name, () => wrapCall('', name, bindCallback));
}

/**
 * React has one queue for the updates of all flows, and its renderer keeps the functions that schedule this queue when it
 * is loaded. With the patched functions, the updates of one job would all be rendered in the frame of the first, and so
 * would their effects run. The renderer is therefore loaded with functions that schedule in the root.
 *
 * Since React Native 0.88, an export of its index loads the renderer. In older versions, the native side loads it when it
 * starts the application.
 */
import reactNative from 'react-native';
import { runInFrame } from '../engine/current.js';
import type { NativeFunction } from '../web/patch.js';
import { TIMERS } from './global-timers.js';
import { readInRoot } from './lazy-properties.js';

/** Whether the renderer has read one of the functions. */
let isLoaded = false;

/** Loads the renderer if an export of this version of React Native does. Must be called before the functions are patched. */
export function loadRenderer(): void {
  loadWithRootTimers(() => {
    try {
      readInRoot(reactNative, 'findNodeHandle');
    } catch {
      // There is no native side that shows views, as in the test environment of Jest, so nothing is rendered natively.
    }
  });
}

/** Calls a function that may load the renderer. */
export function loadWithRootTimers<T>(load: () => T): T {
  if (isLoaded) return load();
  const reverts = TIMERS.map(scheduleInRoot);
  try {
    return load();
  } finally {
    for (const revert of reverts) revert();
  }
}

/** Replaces a function of the global object by one that schedules in the root. Returns a function that reverts this. */
function scheduleInRoot(name: string): () => void {
  const native = Reflect.getOwnPropertyDescriptor(globalThis, name);
  if (native === undefined) return () => {};
  const schedule = (...args: unknown[]): unknown =>
    runInFrame(undefined, Reflect.get(globalThis, name) as NativeFunction, undefined, args);
  const get = (): unknown => {
    isLoaded = true;
    return schedule;
  };
  const isReplaced = Reflect.defineProperty(globalThis, name, { get, configurable: true });
  return () => {
    if (isReplaced && Reflect.getOwnPropertyDescriptor(globalThis, name)?.get === get) {
      Reflect.defineProperty(globalThis, name, native);
    }
  };
}

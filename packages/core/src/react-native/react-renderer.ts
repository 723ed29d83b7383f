/**
 * React has one queue for the updates of all flows, and its renderer keeps the functions that schedule this queue when
 * it is loaded. With the patched functions, all updates of one job would be rendered in the frame of the first one, and
 * their effects would run there too. The renderer is therefore loaded with functions that schedule in the root.
 *
 * Since React Native 0.88, an export of its index loads the renderer. Older versions load it when it first renders
 * something, one for each architecture.
 */
import reactNative from 'react-native';
import { runInFrame } from '../engine/current.js';
import type { NativeFunction } from '../web/patch.js';
import { bindAlways } from './bind-always.js';
import { readInRoot } from './lazy-properties.js';

/** Metro's, which also finds modules of React Native that its index does not export. */
declare const require: (specifier: string) => unknown;

/** The functions that the renderer and its scheduler keep. */
const SCHEDULERS = ['setTimeout', 'setImmediate', 'queueMicrotask'];

/** Whether the renderer has been loaded: it is what reads `queueMicrotask` without calling it. */
let isLoaded = false;

/** Loads the renderer. Must be called before the functions are patched. */
export function loadRenderer(): void {
  loadWithRootTimers(() => {
    try {
      const findNodeHandle = readInRoot(reactNative, 'findNodeHandle') as (component: null) => unknown;
      if (isLoaded) return;
      if (!('RN$Bridgeless' in globalThis)) findNodeHandle(null);
      if ('nativeFabricUIManager' in globalThis) require('react-native/Libraries/Renderer/shims/ReactFabric');
    } catch {
      // There is no native side that shows views, as in the test environment of Jest, so nothing is rendered natively.
    }
  });
}

/** Calls a function that may load the renderer. */
export function loadWithRootTimers<T>(load: () => T): T {
  if (isLoaded) return load();
  const reverts = SCHEDULERS.map(scheduleInRoot);
  try {
    return load();
  } finally {
    for (const revert of reverts) revert();
  }
}

/** Replaces a function of the global object by one that schedules in the root. Returns a function that reverts this. */
function scheduleInRoot(name: string): () => void {
  // Code that is loaded can also call the function. Until now, it may have been an accessor that defines it.
  const schedule = readInRoot(globalThis, name) as NativeFunction;
  const native = Reflect.getOwnPropertyDescriptor(globalThis, name);
  if (native === undefined) return () => {};
  const scheduleRoot = (callback: unknown, ...args: unknown[]): unknown =>
    runInFrame(undefined, () => schedule(bindAlways(callback), ...args));
  const get = (): unknown => {
    isLoaded ||= name === 'queueMicrotask';
    return scheduleRoot;
  };
  const isReplaced = Reflect.defineProperty(globalThis, name, { get, configurable: true });
  return () => {
    if (isReplaced && Reflect.getOwnPropertyDescriptor(globalThis, name)?.get === get) {
      Reflect.defineProperty(globalThis, name, native);
    }
  };
}

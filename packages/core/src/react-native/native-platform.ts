/**
 * Patches the APIs whose callbacks React Native calls later.
 *
 * The native side calls JavaScript while no code of a flow runs, so in the root: events of devices and of views,
 * timers, callbacks of native modules. Nothing needs to be patched for what must run in the root, as long as no queue
 * that flows share is started in the frame of one of them. Such queues are those of React and of React Native's own
 * modules. They are kept in the root as follows.
 *
 * - React's renderer is loaded with functions that schedule its queue in the root.
 * - React Native's own modules call native modules without a frame: only the native modules that other code obtains bind
 *   their callbacks.
 * - A module of React Native that is loaded while a flow runs is evaluated in the root.
 */
import { patchAsyncBuiltins } from '../web/async-builtins.js';
import { patchStreams } from '../web/streams.js';
import { patchAnimations } from './animated-values.js';
import { patchAppRegistry } from './app-registry.js';
import { patchCallbackFunctions } from './callback-functions.js';
import { patchTimers } from './global-timers.js';
import { patchInteractions } from './interactions.js';
import { patchExports, readInRoot } from './lazy-properties.js';
import { patchNativeModules } from './native-modules.js';
import { loadRenderer } from './react-renderer.js';
import { patchWebSockets } from './web-sockets.js';
import { patchXMLHttpRequests } from './xml-http-requests.js';

/** @returns a function to be called when the patches are reverted */
export function patchPlatform(): () => void {
  loadRenderer();
  patchTimers();
  patchXMLHttpRequests();
  patchWebSockets();
  patchNativeModules();
  patchCallbackFunctions();
  patchAnimations();
  patchInteractions();
  patchAppRegistry();
  patchExports();
  patchAsyncBuiltins();
  return patchPolyfilledStreams();
}

/** React Native has no streams. Most applications that stream a response install a polyfill. */
function patchPolyfilledStreams(): () => void {
  if (!('ReadableStream' in globalThis)) return () => {};
  // These are accessors until they are first read.
  for (const name of ['fetch', 'Request', 'Response', 'structuredClone']) readInRoot(globalThis, name);
  return patchStreams();
}

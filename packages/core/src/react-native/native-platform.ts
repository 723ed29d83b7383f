/**
 * Patches what React Native calls later.
 *
 * The native side calls JavaScript while no code of a flow runs, so in the root: events of devices and of views, timers,
 * callbacks of native modules. Nothing needs to be patched for what must run in the root, as long as no queue that flows
 * share is started in the frame of one of them. Such queues are those of React and of React Native's own modules. They
 * are kept in the root as follows.
 *
 * - React's renderer keeps the functions that schedule its queue when it is loaded. It is loaded before they are patched.
 * - React Native's own modules call native modules without a frame: only the native modules that other code obtains bind
 *   their callbacks.
 * - A module of React Native that is loaded while a flow runs is evaluated in the root.
 */
import reactNative from 'react-native';
import { patchAsyncBuiltins } from '../web/async-builtins.js';
import { patchStreams } from '../web/streams.js';
import { patchAnimations } from './animated-values.js';
import { patchAppRegistry } from './app-registry.js';
import { patchCallbackFunctions } from './callback-functions.js';
import { patchTimers } from './global-timers.js';
import { patchInteractions } from './interactions.js';
import { evaluateExportsInRoot, readInRoot } from './lazy-properties.js';
import { patchNativeModules } from './native-modules.js';
import { patchWebSockets } from './web-sockets.js';
import { patchXMLHttpRequests } from './xml-http-requests.js';

/** @returns a function to be called when the patches are reverted */
export function patchPlatform(): () => void {
  loadRenderer();
  evaluateExportsInRoot();
  patchTimers();
  patchXMLHttpRequests();
  patchWebSockets();
  patchNativeModules();
  patchCallbackFunctions();
  patchAnimations();
  patchInteractions();
  patchAppRegistry();
  patchAsyncBuiltins();
  return patchPolyfilledStreams();
}

/**
 * Loads React's renderer with the functions of React Native that schedule its queue. With patched ones, all updates of
 * one job would be rendered in the frame of the first.
 */
function loadRenderer(): void {
  try {
    readInRoot(reactNative, 'findNodeHandle');
  } catch {
    // There is no native side that shows views, as in the test environment of Jest, so nothing is rendered natively.
  }
}

/** React Native has no streams. Most applications that stream a response install a polyfill. */
function patchPolyfilledStreams(): () => void {
  if (!('ReadableStream' in globalThis)) return () => {};
  // These are accessors until they are first read.
  for (const name of ['fetch', 'Request', 'Response', 'structuredClone']) readInRoot(globalThis, name);
  return patchStreams();
}

/** Patches the APIs whose callbacks browsers, and runtimes that resemble them, call later. */
import { patchAsyncBuiltins } from './async-builtins.js';
import { patchCallbacks } from './callbacks.js';
import { patchElements } from './elements.js';
import { patchEvents } from './events.js';
import { patchSchedulers } from './schedulers.js';
import { patchStreams } from './streams.js';
import { patchTaskObjects } from './task-objects.js';

/** @returns a function to be called when the patches are reverted */
export function patchPlatform(): () => void {
  patchSchedulers();
  patchCallbacks();
  patchEvents();
  patchTaskObjects();
  patchAsyncBuiltins();
  patchElements();
  return patchStreams();
}

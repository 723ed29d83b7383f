import { AsyncLocalStorage } from 'node:async_hooks';
import type { OpaqueFrame } from './engine.js';

/** The storage of the runtime's own class whose value is the current frame, in the engines that need one. */
export const storage = new AsyncLocalStorage<OpaqueFrame | undefined>();

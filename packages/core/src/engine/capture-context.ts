import { AsyncResource } from 'node:async_hooks';
import type { CallInContext } from './engine.js';

/**
 * Captures everything that is current in the runtime, including values of the runtime's own storages.
 * @param type the resource type shown by async_hooks tooling
 * @returns a function that calls another function in the captured context
 */
export function captureContext(type: string): CallInContext {
  const resource = new AsyncResource(type);
  return (fn, thisArg, args) => resource.runInAsyncScope(fn, thisArg, ...args);
}

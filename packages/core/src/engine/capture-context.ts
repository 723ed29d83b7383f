import { AsyncResource } from 'node:async_hooks';

/**
 * @param type the name of the resource, for people who debug
 * @returns a function that runs another in what is current now, values of the runtime's own storages included
 */
export function captureScope(type: string): <R>(fn: () => R) => R {
  const resource = new AsyncResource(type);
  return (fn) => resource.runInAsyncScope(fn);
}

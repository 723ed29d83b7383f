/** Node: which of the two engines it is, is found by trying what differs, not by a version. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import * as asyncHooks from './async-hooks.js';
import type { Engine } from './engine.js';
import * as native from './native.js';

export { AsyncResource };

/**
 * Where Node follows its storages with async hooks, a value belongs to the resource that it was set in and is there
 * again the next time that the resource runs. Where Node has one context frame, it is gone.
 */
function keepsValuesInResources(): boolean {
  const storage = new AsyncLocalStorage<boolean>();
  const resource = new AsyncResource('throughline.probe');
  try {
    resource.runInAsyncScope(() => storage.enterWith(true));
    return resource.runInAsyncScope(() => storage.getStore() === true);
  } finally {
    storage.disable();
    resource.emitDestroy();
  }
}

const engine: Engine = keepsValuesInResources() ? asyncHooks : native;

export const { follow, place, get, set, enter, runApart } = engine;

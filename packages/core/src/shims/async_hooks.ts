/**
 * Stands in for `node:async_hooks` where there is no Node: our classes, and for all that tells about Node's own resources
 * the answers of a runtime that has none, as workerd gives them. https://nodejs.org/api/async_hooks.html
 */
import type { AsyncHook, HookCallbacks } from 'node:async_hooks';
import { AsyncLocalStorage } from '../async-local-storage.js';
import { AsyncResource } from '../async-resource.js';

export { AsyncLocalStorage, AsyncResource };

class Hook implements AsyncHook {
  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

const rootResource = {};

/** The kinds of Node's resources, of which there are none. */
export const asyncWrapProviders: Readonly<Record<string, number>> = Object.freeze({ NONE: 0 });

/** @returns a hook that may be enabled and disabled, and is never called */
export function createHook(_callbacks?: HookCallbacks): AsyncHook {
  return new Hook();
}

/** @returns 0: no resource of Node's is running */
export function executionAsyncId(): number {
  return 0;
}

/** @returns 0: no resource of Node's has triggered anything */
export function triggerAsyncId(): number {
  return 0;
}

/** @returns an object that is always the same */
export function executionAsyncResource(): object {
  return rootResource;
}

export default {
  AsyncLocalStorage,
  AsyncResource,
  asyncWrapProviders,
  createHook,
  executionAsyncId,
  executionAsyncResource,
  triggerAsyncId,
};

/**
 * Replaces `node:async_hooks` on runtimes other than Node. It exports the classes of this package. The functions that
 * report on Node's own resources return what a runtime without such resources returns, as on workerd.
 * @see https://nodejs.org/api/async_hooks.html
 */
import type { AsyncHook, HookCallbacks } from 'node:async_hooks';
import { AsyncLocalStorage } from '../async-local-storage.js';
import { AsyncResource } from '../async-resource.js';

export { AsyncLocalStorage, AsyncResource };

class InertHook implements AsyncHook {
  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

const rootResource = {};

/**
 * The types of Node's resources and their ids: only `NONE`.
 * @example
 * import { asyncWrapProviders } from 'throughline/async_hooks';
 *
 * console.log(asyncWrapProviders); // { NONE: 0 }
 * @see https://nodejs.org/api/async_hooks.html#async_hooksasyncwrapproviders
 */
export const asyncWrapProviders: Readonly<Record<string, number>> = Object.freeze({ NONE: 0 });

/**
 * Creates a hook. Its callbacks are never called, because there are no resources.
 * @param _callbacks ignored
 * @returns a hook that can be enabled and disabled, without effect
 * @example
 * import { createHook } from 'throughline/async_hooks';
 *
 * const hook = createHook({ init: () => {} });
 * console.log(hook.enable() === hook); // true
 * hook.disable();
 * @see https://nodejs.org/api/async_hooks.html#async_hookscreatehookoptions
 */
export function createHook(_callbacks?: HookCallbacks): AsyncHook {
  return new InertHook();
}

/**
 * Returns the id of the executing resource.
 * @returns 0: none is executing
 * @example
 * import { executionAsyncId } from 'throughline/async_hooks';
 *
 * console.log(executionAsyncId()); // 0
 * @see https://nodejs.org/api/async_hooks.html#async_hooksexecutionasyncid
 */
export function executionAsyncId(): number {
  return 0;
}

/**
 * Returns the id of the resource that caused the current execution.
 * @returns 0: there is none
 * @example
 * import { triggerAsyncId } from 'throughline/async_hooks';
 *
 * console.log(triggerAsyncId()); // 0
 * @see https://nodejs.org/api/async_hooks.html#async_hookstriggerasyncid
 */
export function triggerAsyncId(): number {
  return 0;
}

/**
 * Returns the resource of the current execution.
 * @returns an empty object, always the same
 * @example
 * import { executionAsyncResource } from 'throughline/async_hooks';
 *
 * console.log(executionAsyncResource()); // {}
 * @see https://nodejs.org/api/async_hooks.html#async_hooksexecutionasyncresource
 */
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

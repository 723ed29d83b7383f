/**
 * The module `node:async_hooks` for the build for Bun, without an `import` of it: Bun copies the exports of one of its own
 * modules when the module is imported for the first time, and `throughline/register` must replace the class before that.
 */
import type * as AsyncHooks from 'node:async_hooks';

export const { AsyncLocalStorage, AsyncResource, executionAsyncResource } = process.getBuiltinModule(
  'node:async_hooks',
) as typeof AsyncHooks;

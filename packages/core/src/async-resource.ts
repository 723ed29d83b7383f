import type { AsyncResource as NodeAsyncResource } from 'node:async_hooks';
import { AsyncResource as implementation } from '#engine';

/**
 * Node's AsyncResource. On Node this is Node's own class, which carries frames of this package because the engines use the
 * runtime's own mechanism. On Bun, Deno and workerd it is a subclass of the runtime's own class that behaves as in Node,
 * and in browsers an equivalent implementation.
 * @example
 * import { AsyncLocalStorage, AsyncResource } from 'throughline';
 *
 * const user = new AsyncLocalStorage();
 * const resource = user.run('ada', () => new AsyncResource('job'));
 * resource.runInAsyncScope(() => console.log(user.getStore())); // ada
 * @see https://nodejs.org/api/async_context.html#class-asyncresource
 */
export const AsyncResource: typeof NodeAsyncResource = implementation;
export type AsyncResource = NodeAsyncResource;

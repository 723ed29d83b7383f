/**
 * The engine for Node 20 and 22, and for newer versions started with `--no-async-context-frame`. Each asynchronous
 * operation of Node is an object, its resource, and `executionAsyncResource()` returns the one that is executing. A
 * resource holds the frame that was current when it was created: one property, regardless of the number of storages.
 */
import { AsyncResource, createHook, executionAsyncResource as nodeExecutionAsyncResource } from 'node:async_hooks';
import type { OpaqueFrame } from './engine.js';

export { captureContext } from './capture-context.js';
export { share } from './per-copy-state.js';
export { AsyncResource };

const FRAME = Symbol('throughline.frame');
const REVERT = Symbol('throughline.revert');

interface Resource {
  [FRAME]?: OpaqueFrame | undefined;
  /**
   * Set if a frame was entered: the frame to restore when the resource's code ends, and `changeCount` at that moment.
   */
  [REVERT]?: { frame: OpaqueFrame | undefined; readonly changeCount: number } | undefined;
}

// V8 constant-folds module-local bindings but reloads imports on each access: getStore() takes 2.4 instead of 4.1 ns on
// Node 20. Benchmark: npm run bench -- --only getStore
const executionAsyncResource: () => Resource = nodeExecutionAsyncResource;

const captureHook = createHook({
  init(_asyncId, _type, _triggerAsyncId, resource: Resource) {
    try {
      // Even if the frame is undefined: Node may reuse a resource, which must not keep the frame of another flow.
      resource[FRAME] = executionAsyncResource()[FRAME];
    } catch {
      // An addon uses a frozen object as its resource. An error here would end the process. Its frame is the root.
    }
  },
});
let isFollowing = false;

// A resource may run again for another flow: the requests on one server socket share one. A frame that one run enters
// therefore ends with this run. Promises need no revert: each runs for one flow only, and a thenable that it is
// resolved with must see the entered frame. The hook nevertheless slows promises down, so it is enabled only when a
// frame is entered in a resource of another kind.
const revertHook = createHook({
  after() {
    const resource = executionAsyncResource();
    const revert = resource[REVERT];
    if (revert === undefined) return;
    resource[FRAME] = revert.frame;
    resource[REVERT] = undefined;
  },
});

/** Nothing is followed, and nothing costs time, before the first storage is created. */
export function follow(): void {
  if (isFollowing) return;
  isFollowing = true;
  captureHook.enable();
}

export function getHolder(): Resource {
  return executionAsyncResource();
}

export function getFrame(resource: Resource): OpaqueFrame | undefined {
  return resource[FRAME];
}

/** The resource can be a frozen promise: hardened JavaScript freezes them. */
export function pushFrame(resource: Resource, frame: OpaqueFrame | undefined): Resource | undefined {
  try {
    resource[FRAME] = frame;
    return resource;
  } catch {
    return undefined;
  }
}

export function popFrame(resource: Resource, _inner: Resource, outer: OpaqueFrame | undefined): void {
  resource[FRAME] = outer;
}

export function enterFrame(resource: Resource, frame: OpaqueFrame | undefined, changeCount: number): boolean {
  const outer = resource[FRAME];
  if (pushFrame(resource, frame) === undefined) return false;
  if (resource instanceof Promise) return true;
  revertHook.enable();
  resource[REVERT] ??= { frame: outer, changeCount };
  return true;
}

export function restoreAtJobEnd(resource: Resource, outer: OpaqueFrame | undefined, countBefore: number): void {
  const revert = resource[REVERT];
  if (revert !== undefined && revert.changeCount >= countBefore) revert.frame = outer;
}

export function runInFrame<A extends unknown[], R>(
  frame: OpaqueFrame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  const resource: AsyncResource & Resource = new AsyncResource('throughline');
  resource[FRAME] = frame;
  return resource.runInAsyncScope(fn, thisArg, ...args);
}

/**
 * The engine for Node 20 and 22, and for newer versions started with `--no-async-context-frame`. Each asynchronous
 * operation of Node is an object, its resource, and `executionAsyncResource()` returns the one that is executing. A
 * resource holds the frame that was current when it was created: one property, regardless of the number of storages.
 */
import {
  AsyncResource,
  createHook,
  executionAsyncId,
  executionAsyncResource as nodeExecutionAsyncResource,
} from 'node:async_hooks';
import { types } from 'node:util';
import { methodNotImplemented } from '../errors.js';
import type { CallInContext, OpaqueFrame } from './engine.js';
import { releaseOnceRun } from './one-shot-timers.js';

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
//
// There is no resource in a callback of an addon that passed none to Node.
const executionAsyncResource: () => Resource | undefined = nodeExecutionAsyncResource;

const captureHook = createHook({
  init(_asyncId, type, _triggerAsyncId, resource: Resource) {
    try {
      const frame = executionAsyncResource()?.[FRAME];
      // Even if the frame is undefined: Node may reuse a resource, which must not keep the frame of another flow.
      resource[FRAME] = frame;
      if (frame !== undefined && type !== 'PROMISE') releaseOnceRun(type, resource, releaseFrame);
    } catch {
      // An addon uses a frozen object as its resource. An error here would end the process. Its frame is the root.
    }
  },
});
let isFollowing = false;

/** Matches the flags with which Node may build a startup snapshot, also for a single executable application. */
const SNAPSHOT_FLAG = /^--(?:build-snapshot|build-sea|experimental-sea-config)/;

// A resource may run again for another flow: the requests on one server socket share one. A frame that one run enters
// therefore ends with this run. Promises need no revert: each runs for one flow only, and a thenable that it is
// resolved with must see the entered frame. The hook nevertheless slows promises down, so it is enabled only when a
// frame is entered in a resource of another kind.
const revertHook = createHook({
  after() {
    try {
      revertFrame(executionAsyncResource());
    } catch {
      // User code has frozen the resource, which keeps the frame, or it is a proxy that throws. An error here would end
      // the process.
    }
  },
});

function revertFrame(resource: Holder): void {
  const revert = resource?.[REVERT];
  if (resource === undefined || revert === undefined) return;
  resource[FRAME] = revert.frame;
  resource[REVERT] = undefined;
}

function releaseFrame(resource: Resource): void {
  resource[FRAME] = undefined;
  // Otherwise the hook would restore the frame.
  if (resource[REVERT] !== undefined) resource[REVERT] = undefined;
}

/** Nothing is followed, and nothing costs time, before the first storage is created. */
export function follow(): void {
  if (isFollowing) return;
  isFollowing = true;
  captureHook.enable();
  // Node cannot write a startup snapshot while a hook is enabled. The module takes 2 ms to load.
  if (!process.execArgv.some((flag) => SNAPSHOT_FLAG.test(flag))) return;
  const { startupSnapshot } = process.getBuiltinModule('node:v8');
  if (!startupSnapshot.isBuildingSnapshot()) return;
  startupSnapshot.addSerializeCallback(() => {
    captureHook.disable();
    revertHook.disable();
  });
  startupSnapshot.addDeserializeCallback(() => {
    captureHook.enable();
  });
}

export function noteValue(): void {}

type Holder = Resource | undefined;

export function getHolder(): Holder {
  return executionAsyncResource();
}

export function getFrame(resource: Holder): OpaqueFrame | undefined {
  return resource?.[FRAME];
}

/**
 * The resource can be a frozen promise: hardened JavaScript freezes them. It can also be missing, or be a proxy of user
 * code, which may not store the frame, or return another object in place of it.
 */
export function pushFrame(resource: Holder, frame: OpaqueFrame | undefined): Holder {
  try {
    // If there is no resource, this throws as well.
    (resource as Resource)[FRAME] = frame;
    return (resource as Resource)[FRAME] === frame ? resource : undefined;
  } catch {
    return undefined;
  }
}

/** The resource is the one that `pushFrame` has written to. */
export function popFrame(resource: Holder, _inner: Holder, outer: OpaqueFrame | undefined): void {
  (resource as Resource)[FRAME] = outer;
}

export function enterFrame(resource: Holder, frame: OpaqueFrame | undefined, changeCount: number): void {
  if (resource === undefined || !canEnter(resource, changeCount) || pushFrame(resource, frame) === undefined) {
    throw methodNotImplemented(
      'enterWith() or withScope()',
      'the async resource that is executing is missing, frozen, sealed, not extensible or a proxy, so it cannot hold a ' +
        'value until its code ends. Use run(store, fn).',
    );
  }
}

/** Makes sure that the frame to restore is stored before another one is entered. */
function canEnter(resource: Resource, changeCount: number): boolean {
  // Not `instanceof`: the promise may be one of another realm, and user code may have replaced the global class.
  if (types.isPromise(resource)) return true;
  try {
    if (resource[REVERT] !== undefined) return true;
    resource[REVERT] = { frame: resource[FRAME], changeCount };
  } catch {
    return false;
  }
  // Node calls no hook after code without an id, such as the listeners of `beforeExit`.
  if (executionAsyncId() === 0) queueMicrotask(() => revertFrame(resource));
  else revertHook.enable();
  return true;
}

export function restoreAtJobEnd(resource: Holder, outer: OpaqueFrame | undefined, countBefore: number): void {
  const revert = resource?.[REVERT];
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

/**
 * A call within another call of the same context, directly or through other resources, finds in the resource what the
 * outer call has set. It therefore sets the captured frame, and restores what the outer call has set. If the resource is
 * the one that is executing, it is not entered again: Node could not remove it from its own stack if the call stack is
 * exhausted meanwhile, and would later abort the process.
 */
export function captureContext(type: string): CallInContext {
  const resource: AsyncResource & Resource = new AsyncResource(type);
  const frame = resource[FRAME];
  return (fn, thisArg, args) => {
    const isExecuting = executionAsyncResource() === resource;
    const outer = resource[FRAME];
    if (outer === frame && !isExecuting) return resource.runInAsyncScope(fn, thisArg, ...args);
    const outerRevert = resource[REVERT];
    try {
      resource[FRAME] = frame;
      resource[REVERT] = undefined;
      return isExecuting ? Reflect.apply(fn, thisArg, args) : resource.runInAsyncScope(fn, thisArg, ...args);
    } finally {
      resource[FRAME] = outer;
      resource[REVERT] = outerRevert;
    }
  };
}

/**
 * Node 20 and 22, and newer ones started with `--no-async-context-frame`: each asynchronous operation of Node is an
 * object, its resource, and `executionAsyncResource()` is the one that runs now. A resource holds the frame that was
 * current when it was made: one property, whatever the number of storages.
 */
import { AsyncResource, createHook, executionAsyncResource as nodeExecutionAsyncResource } from 'node:async_hooks';
import type { Frame } from '../frame.js';

export { captureScope } from './capture-context.js';
export { share } from './per-copy-state.js';
export { AsyncResource };

const FRAME = Symbol('throughline.frame');
const ENTERED = Symbol('throughline.entered');

interface Place {
  [FRAME]?: Frame | undefined;
  /** The frame to go back to when the code that entered another one ends, and when that was. */
  [ENTERED]?: { frame: Frame | undefined; readonly moment: number } | undefined;
}

// V8 knows a constant of this module when it compiles a hot path, and asks an imported one each time.
const executionAsyncResource: () => Place = nodeExecutionAsyncResource;

const hook = createHook({
  init(_asyncId, _type, _triggerAsyncId, resource: Place) {
    try {
      // Even where it is undefined: Node may use a resource again, and it must not keep another flow's frame.
      resource[FRAME] = executionAsyncResource()[FRAME];
    } catch {
      // A frozen object that an addon has as its resource: an error here would end the process. Its frame is the root.
    }
  },
});
let following = false;

// A resource may run again, for another flow: a server's requests over one socket share one. What the code of one run
// enters ends with it. A promise runs for one flow only, and a thenable that it is resolved with has what was entered.
// Promises pay for this hook all the same, so it is not there before something is entered.
const leaveHook = createHook({
  after() {
    const at = executionAsyncResource();
    const entered = at[ENTERED];
    if (entered === undefined) return;
    at[FRAME] = entered.frame;
    at[ENTERED] = undefined;
  },
});

/** Nothing is followed, and nothing paid, before the first storage is made. */
export function follow(): void {
  if (following) return;
  following = true;
  hook.enable();
}

export function place(): Place {
  return executionAsyncResource();
}

export function get(at: Place): Frame | undefined {
  return at[FRAME];
}

/** A place can be a promise that somebody froze, as hardened JavaScript does. */
export function push(at: Place, frame: Frame | undefined): Place | undefined {
  try {
    at[FRAME] = frame;
    return at;
  } catch {
    return undefined;
  }
}

export function pop(at: Place, _inside: Place, before: Frame | undefined): void {
  at[FRAME] = before;
}

export function enter(at: Place, frame: Frame | undefined, moment: number): boolean {
  const before = at[FRAME];
  if (push(at, frame) === undefined) return false;
  if (at instanceof Promise) return true;
  leaveHook.enable();
  at[ENTERED] ??= { frame: before, moment };
  return true;
}

export function settle(at: Place, before: Frame | undefined, moment: number): void {
  const entered = at[ENTERED];
  if (entered !== undefined && entered.moment >= moment) entered.frame = before;
}

export function runApart<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  const resource: AsyncResource & Place = new AsyncResource('throughline');
  resource[FRAME] = frame;
  return resource.runInAsyncScope(fn, thisArg, ...args);
}

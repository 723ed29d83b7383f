/**
 * Node 20 and 22, and newer ones started with `--no-async-context-frame`: each asynchronous operation of Node is an
 * object, its resource, and `executionAsyncResource()` is the one that runs now. A resource holds the frame that was
 * current when it was made: one property, whatever the number of storages.
 */
import { AsyncResource, createHook, executionAsyncResource } from 'node:async_hooks';
import { changes, copy, type Frame, type Key, noteChange, restoreValue, withValue } from '../frame.js';

const FRAME = Symbol('throughline.frame');

interface Resource {
  [FRAME]?: Frame | undefined;
}

const hook = createHook({
  init(_asyncId, _type, _triggerAsyncId, resource: Resource) {
    try {
      // Even where it is undefined: Node may use a resource again, and it must not keep another flow's frame.
      resource[FRAME] = (executionAsyncResource() as Resource)[FRAME];
    } catch {
      // A frozen object that an addon has as its resource: an error here would end the process. Its frame is the root.
    }
  },
});
let following = false;

/** Nothing is followed, and nothing paid, before the first value is set. */
function follow(): void {
  following = true;
  hook.enable();
}

export { AsyncResource };

export function current(): Frame | undefined {
  return (executionAsyncResource() as Resource)[FRAME];
}

export function enter(frame: Frame | undefined): void {
  if (!following) follow();
  noteChange();
  (executionAsyncResource() as Resource)[FRAME] = frame;
}

export function run<A extends unknown[], R>(
  key: Key,
  value: unknown,
  before: Frame | undefined,
  fn: (...args: A) => R,
  args: A,
): R {
  if (!following) follow();
  const resource: Resource = executionAsyncResource();
  const seen = changes;
  const frame = withValue(before, key, value);
  try {
    resource[FRAME] = frame;
  } catch {
    return runInOwnResource(frame, fn, null, args);
  }
  try {
    return Reflect.apply(fn, null, args);
  } finally {
    resource[FRAME] = changes === seen ? copy(before) : restoreValue(resource[FRAME], key, before);
  }
}

export function runIn<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  if (!following) follow();
  const resource: Resource = executionAsyncResource();
  const before = resource[FRAME];
  try {
    resource[FRAME] = frame;
  } catch {
    return runInOwnResource(frame, fn, thisArg, args);
  }
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    resource[FRAME] = before;
  }
}

/** For code that runs in a resource that somebody froze, as hardened JavaScript does with promises. */
function runInOwnResource<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  const resource: AsyncResource & Resource = new AsyncResource('throughline');
  resource[FRAME] = frame;
  return resource.runInAsyncScope(fn, thisArg, ...args);
}

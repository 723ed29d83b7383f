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

// Written even where it is undefined: Node may use a resource again, and it must not keep another flow's frame.
const hook = createHook({
  init(_asyncId, _type, _triggerAsyncId, resource: Resource) {
    resource[FRAME] = (executionAsyncResource() as Resource)[FRAME];
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
  resource[FRAME] = withValue(before, key, value);
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
  resource[FRAME] = frame;
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    resource[FRAME] = before;
  }
}

/**
 * Node >= 24, Bun, Deno: the frame is carried by the runtime, in one storage of the runtime's own. Whatever the runtime
 * does for one storage it does for all of ours, at the price of one.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { changes, copy, type Frame, type Key, noteChange, restoreValue, withValue } from '../frame.js';

const slot = new AsyncLocalStorage<Frame | undefined>();

export { AsyncResource };

export function current(): Frame | undefined {
  return slot.getStore();
}

export function enter(frame: Frame | undefined): void {
  noteChange();
  slot.enterWith(frame);
}

export function run<A extends unknown[], R>(
  key: Key,
  value: unknown,
  before: Frame | undefined,
  fn: (...args: A) => R,
  args: A,
): R {
  const seen = changes;
  slot.enterWith(withValue(before, key, value));
  try {
    return Reflect.apply(fn, null, args);
  } finally {
    slot.enterWith(changes === seen ? copy(before) : restoreValue(slot.getStore(), key, before));
  }
}

export function runIn<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  const before = slot.getStore();
  slot.enterWith(frame);
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    slot.enterWith(before);
  }
}

/**
 * workerd: as in native.ts, the runtime carries the frame in one storage of its own. It has no way to replace the
 * current frame other than for the time of a call, so `enterWith` and `withScope` say that they are not to be had here.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { methodNotImplemented } from '../errors.js';
import { type Frame, type Key, withValue } from '../frame.js';

const slot = new AsyncLocalStorage<Frame | undefined>();

export { AsyncResource };

export function current(): Frame | undefined {
  return slot.getStore();
}

export function enter(_frame: Frame | undefined): never {
  throw methodNotImplemented(
    'enterWith() or withScope()',
    'workerd can change the current value only for the time of a call. Use run(store, fn).',
  );
}

export function run<A extends unknown[], R>(
  key: Key,
  value: unknown,
  before: Frame | undefined,
  fn: (...args: A) => R,
  args: A,
): R {
  return runIn(withValue(before, key, value), fn, null, args);
}

export function runIn<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  return slot.run(frame, () => Reflect.apply(fn, thisArg, args));
}

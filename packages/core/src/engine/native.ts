/**
 * The engine for Bun, Deno, workerd and any Node that the other two engines do not support: the runtime carries the
 * frame as the value of one storage of the runtime's class. However many storages of this package there are, they cost
 * as much as this one.
 */
import { AsyncResource } from 'node:async_hooks';
import { methodNotImplemented } from '../errors.js';
import type { OpaqueFrame } from './engine.js';
import { storage } from './runtime-storage.js';

export { captureContext } from './capture-context.js';
export { share } from './per-copy-state.js';
export { AsyncResource };

type Holder = typeof storage;

/**
 * Whether `enterWith` works. workerd has it, but it throws: workerd can change the value only for the duration of a
 * call.
 */
let canEnter: boolean | undefined;

/** The runtime always carries the frame. This only determines how the frame can be changed. */
export function follow(): void {
  if (canEnter !== undefined) return;
  try {
    new AsyncResource('throughline.probe').runInAsyncScope(() => storage.enterWith(undefined));
    canEnter = true;
  } catch {
    canEnter = false;
  }
}

export function noteValue(): void {}

export function getHolder(): Holder {
  return storage;
}

export function getFrame(holder: Holder): OpaqueFrame | undefined {
  return holder.getStore();
}

export function pushFrame(holder: Holder, frame: OpaqueFrame | undefined): Holder | undefined {
  if (!canEnter) return undefined;
  holder.enterWith(frame);
  return holder;
}

export function popFrame(holder: Holder, _inner: Holder, outer: OpaqueFrame | undefined): void {
  holder.enterWith(outer);
}

/** The runtime restores its own context when the running job or callback ends. */
export function enterFrame(holder: Holder, frame: OpaqueFrame | undefined): void {
  if (pushFrame(holder, frame) !== undefined) return;
  throw methodNotImplemented(
    'enterWith() or withScope()',
    'this runtime can change the current value only for the duration of a call. Use run(store, fn).',
  );
}

/** The runtime restores its own context. */
export function restoreAtJobEnd(): void {}

export function runInFrame<A extends unknown[], R>(
  frame: OpaqueFrame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  return storage.run(frame, () => Reflect.apply(fn, thisArg, args));
}

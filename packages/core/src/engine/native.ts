/**
 * Node >= 24, Bun, Deno, workerd: the frame is carried by the runtime, in one storage of the runtime's own. Whatever the
 * runtime does for one storage it does for all of ours, at the price of one.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Frame } from '../frame.js';

export { captureScope } from './capture-context.js';
export { share } from './per-copy-state.js';
export { AsyncResource };

const slot = new AsyncLocalStorage<Frame | undefined>();

type Place = typeof slot;

/** workerd has `enterWith` and throws: it can change the current value only for the time of a call. */
let canEnter: boolean | undefined;

/** The runtime follows anyway; what is left is to find out how. */
export function follow(): void {
  if (canEnter !== undefined) return;
  try {
    new AsyncResource('throughline.probe').runInAsyncScope(() => slot.enterWith(undefined));
    canEnter = true;
  } catch {
    canEnter = false;
  }
}

export function place(): Place {
  return slot;
}

export function get(at: Place): Frame | undefined {
  return at.getStore();
}

export function push(at: Place, frame: Frame | undefined): Place | undefined {
  if (!canEnter) return undefined;
  at.enterWith(frame);
  return at;
}

export function pop(at: Place, _inside: Place, before: Frame | undefined): void {
  at.enterWith(before);
}

/** The runtime puts back what was current when the code there ends. */
export function enter(at: Place, frame: Frame | undefined): boolean {
  return push(at, frame) !== undefined;
}

/** The runtime puts back the right one by itself. */
export function settle(): void {}

export function runApart<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  return slot.run(frame, () => Reflect.apply(fn, thisArg, args));
}

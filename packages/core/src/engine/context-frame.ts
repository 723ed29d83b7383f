/**
 * Node >= 24 keeps the values of all its storages in one Map, the context frame, and copies it at each `run` of its own
 * class, twice. Here the Map that was there before is put back as it was; and while no other storage has a value, the
 * new one is made without copying. The class of these Maps is not public. Each AsyncResource holds the Map that was
 * current when it was made, and the class says which is current: that is how it is found, and where it is not found,
 * native.ts does the same with what is public.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Frame } from '../frame.js';

export { captureScope } from './capture-context.js';
export { share } from './per-copy-state.js';
export { AsyncResource };

const slot = new AsyncLocalStorage<Frame | undefined>();

type ContextFrame = Map<unknown, unknown>;

interface ContextFrameClass {
  new (storage: unknown, value: unknown): ContextFrame;
  current(): ContextFrame | undefined;
  set(frame: ContextFrame | undefined): void;
}

/** Node's class, if it is there and does what is expected of it. */
function findClass(): ContextFrameClass | undefined {
  // In a scope, after which the context frame is the one before.
  return new AsyncResource('throughline.probe').runInAsyncScope(() => {
    try {
      return searchClass();
    } catch {
      // What is found is not what it was thought to be.
      return undefined;
    }
  });
}

function searchClass(): ContextFrameClass | undefined {
  slot.enterWith(undefined);
  const resource: object = new AsyncResource('throughline.probe');
  for (const symbol of Object.getOwnPropertySymbols(resource)) {
    const held: unknown = Reflect.get(resource, symbol);
    if (typeof held !== 'object' || held === null) continue;
    // What it is, is asked in the next line.
    const found = held.constructor as Partial<ContextFrameClass> | undefined;
    if (typeof found?.current !== 'function' || typeof found.set !== 'function') continue;
    if (found.current() === held && works(found as ContextFrameClass)) return found as ContextFrameClass;
  }
  return undefined;
}

function works(found: ContextFrameClass): boolean {
  const before = found.current();
  const storage = new AsyncLocalStorage<number>();
  try {
    const copied = new found(storage, 1);
    if (copied.size !== (before?.size ?? 0) + 1 || storage.getStore() !== undefined) return false;
    found.set(copied);
    if (found.current() !== copied || storage.getStore() !== 1) return false;
    found.set(undefined);
    return storage.getStore() === undefined && new found(storage, 2).size === 1;
  } catch {
    return false;
  } finally {
    found.set(before);
  }
}

// With async hooks there is no such class, and to look for it would turn the hooks on.
const found = 'kResourceStore' in slot ? undefined : findClass();
export const isFound = found !== undefined;
// Nothing below is called where it was not found.
const Context = found as ContextFrameClass;

/** Node follows anyway. */
export function follow(): void {}

type Place = ContextFrame | undefined;

export function place(): Place {
  return Context.current();
}

export function get(at: Place): Frame | undefined {
  return at === undefined ? undefined : (at.get(slot) as Frame | undefined);
}

export function push(at: Place, frame: Frame | undefined): Place {
  const inside = withFrame(at, frame);
  Context.set(inside);
  return inside;
}

export function pop(at: Place, inside: Place, before: Frame | undefined): void {
  const now = Context.current();
  // Somebody else's storage was entered inside: its value stays.
  Context.set(now === inside ? at : withFrame(now, before));
}

/** Node puts back what was current when the code there ends. */
export function enter(at: Place, frame: Frame | undefined): boolean {
  push(at, frame);
  return true;
}

/** The runtime puts back the right one by itself. */
export function settle(): void {}

/** What is current at the place, with our frame. The constructor copies what is current when it is called. */
function withFrame(at: Place, frame: Frame | undefined): ContextFrame {
  if (at === undefined || at.size !== 1 || !at.has(slot)) return new Context(slot, frame);
  try {
    Context.set(undefined);
    return new Context(slot, frame);
  } catch (error) {
    // At the end of the stack.
    Context.set(at);
    throw error;
  }
}

export function runApart<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  return slot.run(frame, () => Reflect.apply(fn, thisArg, args));
}

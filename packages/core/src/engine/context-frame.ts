/**
 * The engine for Node 24 and newer, which keeps the values of all its storages in one Map, the context frame. Node's
 * own class copies the Map twice for each `run`. This engine restores the previous Map itself instead of a copy, and
 * creates the new one from an empty one: the constructor copies the current Map with an iterator, which takes twice as
 * long. The current context must remain such a Map, although a plain object would cost less: native profilers read the
 * values of Node's storages directly in its memory.
 *
 * The class of these Maps is not public. It is found through an AsyncResource, which holds the Map that was current
 * when the resource was created; the Map's class also reports which Map is current. If it is not found, native.ts does
 * the same with public API.
 */
import { AsyncResource } from 'node:async_hooks';
import type { OpaqueFrame } from './engine.js';
import { RuntimeAsyncLocalStorage, storage } from './runtime-storage.js';

export { captureContext } from './capture-context.js';
export { share } from './per-copy-state.js';
export { AsyncResource };

/**
 * The frame again, as a property of the Maps that this engine creates: reading it takes half the time of a look-up in the
 * Map, 1.7 instead of 3.8 ns per `getStore()` on Node 26. Node copies only the entries of a Map, so a Map that it has
 * created for another storage has no such property, and the entry counts. Each copy of this package has its own symbol,
 * as it has its own entry.
 */
const FRAME = Symbol('frame');

interface ContextFrame extends Map<unknown, unknown> {
  [FRAME]?: OpaqueFrame | undefined;
}

interface ContextFrameClass {
  new (storage: unknown, value: unknown): ContextFrame;
  current(): ContextFrame | undefined;
  set(frame: ContextFrame | undefined): void;
}

/** Returns Node's class if it exists and behaves as expected. */
function findClass(): ContextFrameClass | undefined {
  // The search enters a value, so it runs in a scope that restores the context frame.
  return new AsyncResource('throughline.probe').runInAsyncScope(() => {
    try {
      return searchClass();
    } catch {
      // One of the objects that were found does not behave like a context frame.
      return undefined;
    }
  });
}

function searchClass(): ContextFrameClass | undefined {
  storage.enterWith(undefined);
  const resource: object = new AsyncResource('throughline.probe');
  for (const symbol of Object.getOwnPropertySymbols(resource)) {
    const candidate: unknown = Reflect.get(resource, symbol);
    if (typeof candidate !== 'object' || candidate === null) continue;
    // An assumption that the next lines verify.
    const candidateClass = candidate.constructor as Partial<ContextFrameClass> | undefined;
    if (typeof candidateClass?.current !== 'function' || typeof candidateClass.set !== 'function') continue;
    if (candidateClass.current() === candidate && behavesAsExpected(candidateClass as ContextFrameClass)) {
      return candidateClass as ContextFrameClass;
    }
  }
  return undefined;
}

function behavesAsExpected(candidateClass: ContextFrameClass): boolean {
  const outer = candidateClass.current();
  const probe = new RuntimeAsyncLocalStorage<number>();
  try {
    const copied = new candidateClass(probe, 1);
    if (copied.size !== (outer?.size ?? 0) + 1 || probe.getStore() !== undefined) return false;
    candidateClass.set(copied);
    if (candidateClass.current() !== copied || probe.getStore() !== 1) return false;
    candidateClass.set(undefined);
    return probe.getStore() === undefined && new candidateClass(probe, 2).size === 1;
  } catch {
    return false;
  } finally {
    candidateClass.set(outer);
  }
}

// A Node with async hooks has no such class, and the search would enable the hooks.
const availableClass = 'kResourceStore' in storage ? undefined : findClass();
export const isAvailable = availableClass !== undefined;
// If the class was not found, node.ts selects another engine, and no function below is called.
const Context = availableClass as ContextFrameClass;

/** Does nothing, because Node always carries the context. */
export function follow(): void {}

export function noteValue(): void {}

type Holder = ContextFrame | undefined;

export function getHolder(): Holder {
  return Context.current();
}

export function getFrame(holder: Holder): OpaqueFrame | undefined {
  if (holder === undefined) return undefined;
  return holder[FRAME] ?? (holder.get(storage) as OpaqueFrame | undefined);
}

export function pushFrame(holder: Holder, frame: OpaqueFrame | undefined): Holder {
  const inner = withFrame(holder, frame);
  Context.set(inner);
  return inner;
}

export function popFrame(holder: Holder, inner: Holder, outer: OpaqueFrame | undefined): void {
  const currentMap = Context.current();
  // If the Map was replaced in between, another storage was entered in the scope, and keeps its value.
  Context.set(currentMap === inner ? holder : withFrame(currentMap, outer));
}

/** Node restores its own context when the running job or callback ends. */
export function enterFrame(holder: Holder, frame: OpaqueFrame | undefined): void {
  pushFrame(holder, frame);
}

/** Node restores its own context. */
export function restoreAtJobEnd(): void {}

/** Returns a Map with the entries of the holder, of which the frame is replaced. */
function withFrame(holder: Holder, frame: OpaqueFrame | undefined): ContextFrame {
  if (holder === undefined) return createContext(frame);
  try {
    // The constructor copies the Map that is current.
    Context.set(undefined);
    const copy = createContext(frame);
    if (holder.size > 1 || !holder.has(storage)) holder.forEach(copyOtherEntry, copy);
    return copy;
  } catch (error) {
    // The call stack is exhausted. Without this, the current Map would be lost.
    Context.set(holder);
    throw error;
  }
}

function createContext(frame: OpaqueFrame | undefined): ContextFrame {
  const context = new Context(storage, frame);
  context[FRAME] = frame;
  return context;
}

function copyOtherEntry(this: ContextFrame, value: unknown, key: unknown): void {
  if (key !== storage) this.set(key, value);
}

export function runInFrame<A extends unknown[], R>(
  frame: OpaqueFrame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  return storage.run(frame, () => Reflect.apply(fn, thisArg, args));
}

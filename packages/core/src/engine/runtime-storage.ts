/**
 * The runtime's own class, even if `throughline/register` of another copy of this package has put its class in place of
 * it: that class has a reference to the one that it replaces.
 */
import { AsyncLocalStorage as CurrentClass, type AsyncLocalStorage as NodeAsyncLocalStorage } from 'node:async_hooks';
import type { OpaqueFrame } from './engine.js';

/** The property of a class that stands in place of the runtime's own. All copies and versions of this package agree on it. */
export const REPLACEMENT: unique symbol = Symbol.for('throughline.replacement.1');

export interface Replacement {
  readonly replacedClass: typeof CurrentClass;
  /** `report()` of the copy that has replaced the class. */
  readonly report: () => unknown;
}

/** Returns what the class has replaced, `undefined` if it is the runtime's own. */
export function replacementOf(storageClass: typeof CurrentClass): Replacement | undefined {
  return (storageClass as { [REPLACEMENT]?: Replacement })[REPLACEMENT];
}

/** Marks the storages of the runtime's class that belong to a copy of this package, not to the program. */
const OWN: unique symbol = Symbol.for('throughline.own');

export const RuntimeAsyncLocalStorage = replacementOf(CurrentClass)?.replacedClass ?? CurrentClass;

/** Creates a storage of the runtime's own class that `throughline/register` does not take for one of the program. */
export function createRuntimeStorage<T>(): NodeAsyncLocalStorage<T> {
  return Object.defineProperty(new RuntimeAsyncLocalStorage<T>(), OWN, { value: true });
}

export function isOwnStorage(storage: object): boolean {
  return OWN in storage;
}

/** The storage of the runtime's own class whose value is the current frame, in the engines that need one. */
export const storage = /* @__PURE__ */ createRuntimeStorage<OpaqueFrame | undefined>();

/** The current scope, which is the value of a storage of the runtime's own class. */
import { Mark, noteCurrent, type Scope } from './scope.js';
import { createUnwatchedStorage } from './unwatched-storage.js';

const storage = createUnwatchedStorage<Scope>();

export const currentScope: () => Scope | undefined = storage.getStore;

/** Makes a scope current until the running job or callback ends, and for everything that it starts. */
export const enterScope: (scope: Scope | undefined) => void = storage.enterWith;

/** Calls a function with a scope current, or with none: what it starts belongs to this scope. */
export function callInScope<T>(scope: Scope | undefined, call: () => T): T {
  const outer = currentScope();
  enterScope(scope);
  try {
    return call();
  } finally {
    enterScope(outer);
  }
}

/** The current scope for functions that are made now. In a lost call, that is where its function belongs. */
export function scopeOfMade(): Scope | undefined {
  const now = currentScope();
  if (now === undefined) return undefined;
  const made = now instanceof Mark ? (now.parent ?? now) : now;
  noteCurrent(made);
  return made;
}

/** Whether a storage is the one of this file. */
export function isOwnStorage(other: object): boolean {
  return other === storage.object;
}

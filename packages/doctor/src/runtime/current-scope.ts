/**
 * The current scope, which is the value of a storage of the runtime's own class. The methods of that class are saved
 * before they are watched.
 */
import { RuntimeAsyncLocalStorage } from './runtime-class.js';
import { Mark, type Scope } from './scope.js';

const storage = new RuntimeAsyncLocalStorage<Scope | undefined>();
const getStore = storage.getStore;
const enterWith = storage.enterWith;
// Own properties are not replaced when the class is watched.
Object.assign(storage, { getStore, enterWith });

export function currentScope(): Scope | undefined {
  try {
    return storage.getStore();
  } catch {
    // With async hooks, the scope is a property of an object of the application, which can be a revoked proxy.
    return undefined;
  }
}

/** Makes a scope current until the running job or callback ends, and for everything that it starts. */
export function enterScope(scope: Scope | undefined): void {
  try {
    storage.enterWith(scope);
  } catch {
    // With async hooks, this object can be frozen. The code is then followed no further.
  }
}

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
  return now instanceof Mark ? now.parent : now;
}

/** Whether a storage is the one of this file. */
export function isOwnStorage(other: object): boolean {
  return other === storage;
}

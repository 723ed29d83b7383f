/**
 * Watches the storages of a class: `run()`, `enterWith()` and `exit()` open scopes, and reads are recorded.
 *
 * The methods of the class are replaced on its prototype. Some of them call each other: Node's `run()` calls
 * `getStore()` and `enterWith()`, and such calls are not recorded. Throughline's `run()` checks whether `enterWith` was
 * overridden, and must then see the original, so `enterWith` becomes an accessor.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { callInScope, currentScope, enterScope, isOwnStorage } from './current-scope.js';
import { noteFirstValue } from './empty-reads.js';
import { noteOpening, noteResult } from './flow-ends.js';
import { flowObserver } from './flow-observer.js';
import { noteEntry } from './late-entries.js';
import { noteReadOf } from './reads.js';
import { enteredIn, hasAround, keyOf, noteDisabled, openedIn, reenteredIn, type Scope, type Storage } from './scope.js';
import { isOfTestRunner } from './test-runners.js';
import { noteValue } from './twin-storages.js';

type Method = (this: Storage, ...args: unknown[]) => unknown;

/** Whether the method of a class is running, and not the function that it was called with. */
let isInClass = false;

/** Whether a call does not come from the application. */
function isUnwatched(storage: Storage): boolean {
  return isInClass || isOwnStorage(storage) || isOfTestRunner(storage);
}

const watched = new WeakSet<object>();

/**
 * Watches all storages of a class, those that exist included.
 * @param prototype of the class `AsyncLocalStorage` of Node or Throughline
 * @param isThroughline whether it is that of Throughline
 */
export function watchAsyncLocalStorage(prototype: object, isThroughline: boolean): void {
  if (watched.has(prototype)) return;
  watched.add(prototype);
  const original = (name: string) => Reflect.get(prototype, name) as Method;
  const [run, getStore, enterWith] = [original('run'), original('getStore'), original('enterWith')];
  const [exit, disable, withScope] = [original('exit'), original('disable'), original('withScope')];
  const keptByExit = keepsEntryOfExit(prototype) ? 'all' : 'others';
  const methods = {
    run(this: Storage, store: unknown, fn: unknown, ...args: unknown[]): unknown {
      if (isUnwatched(this)) return Reflect.apply(run, this, [store, fn, ...args]);
      if (typeof fn !== 'function') return inClass(() => Reflect.apply(run, this, [store, fn, ...args]));
      return runInScope(this, store, () => Reflect.apply(run, this, [store, callUserCode, fn, null, args]), 'others');
    },
    getStore(this: Storage): unknown {
      const value = getStore.call(this);
      if (!isUnwatched(this)) noteReadOf(this, value);
      return value;
    },
    exit(this: Storage, fn: unknown, ...args: unknown[]): unknown {
      if (isUnwatched(this)) return Reflect.apply(exit, this, [fn, ...args]);
      if (typeof fn !== 'function') return inClass(() => Reflect.apply(exit, this, [fn, ...args]));
      const callExit = () => Reflect.apply(exit, this, [callUserCode, fn, null, args]);
      return runInScope(this, undefined, callExit, keptByExit);
    },
    disable(this: Storage): unknown {
      if (!isUnwatched(this)) noteDisabled(this);
      return Reflect.apply(disable, this, []);
    },
    withScope(this: Storage, store: unknown): unknown {
      if (isOfTestRunner(this)) return Reflect.apply(withScope, this, [store]);
      // It reads the previous value, which is not a read by the application.
      const runScope = inClass(() => Reflect.apply(withScope, this, [store])) as Disposable & { dispose(): void };
      closeWithScope(runScope, this, openScope(this, store));
      return runScope;
    },
  };
  const { enterWith: watchedEnterWith } = {
    enterWith(this: Storage, store: unknown): unknown {
      const result = enterWith.call(this, store);
      if (!isUnwatched(this)) enterWithScope(this, store);
      return result;
    },
  };
  for (const [name, method] of Object.entries(methods)) {
    // Node 20 and 22 have no withScope().
    if (name in prototype) replaceMethod(prototype, name, method as Method);
  }
  if (!isThroughline) {
    replaceMethod(prototype, 'enterWith', watchedEnterWith);
    return;
  }
  Object.defineProperty(watchedEnterWith, 'length', { value: enterWith.length, configurable: true });
  Object.defineProperty(prototype, 'enterWith', {
    get: () => (isInClass ? enterWith : watchedEnterWith),
    set(this: object, value: unknown) {
      Object.defineProperty(this, 'enterWith', {
        value,
        writable: true,
        enumerable: this !== prototype,
        configurable: true,
      });
    },
    configurable: true,
  });
}

/** Which of the values that were entered while a scope was open are still entered after it. */
type Kept = 'none' | 'others' | 'all';

/** Whether `exit()` does not undo an `enterWith()` of the same storage, as with the async hooks of older versions of Node. */
function keepsEntryOfExit(prototype: object): boolean {
  const storage: AsyncLocalStorage<number> = new (prototype.constructor as typeof AsyncLocalStorage<number>)();
  const isKept = storage.run(1, () => {
    storage.exit(() => storage.enterWith(2));
    return storage.getStore() === 2;
  });
  storage.disable();
  return isKept;
}

/** Watches the variables and snapshots of Throughline's `AsyncContext`. */
export function watchAsyncContext(asyncContext: { Variable: VariableClass; Snapshot: SnapshotClass }): void {
  const { prototype } = asyncContext.Variable;
  if (watched.has(prototype)) return;
  watched.add(prototype);
  const run = Reflect.get(prototype, 'run') as Method;
  const get = Reflect.get(prototype, 'get') as Method;
  const methods: Record<string, Method> = {
    run(value, fn, ...args) {
      if (typeof fn !== 'function') return Reflect.apply(run, this, [value, fn, ...args]);
      return runInScope(
        this,
        value,
        () => Reflect.apply(run, this, [value, callUserCode, fn, undefined, args]),
        'none',
      );
    },
    get() {
      const value = get.call(this);
      noteReadOf(this, value);
      return value;
    },
  };
  for (const [name, method] of Object.entries(methods)) replaceMethod(prototype, name, method);
  asyncContext.Snapshot = watchedSnapshots(asyncContext.Snapshot);
}

type VariableClass = { readonly prototype: object };
type SnapshotClass = {
  new (): { run(fn: unknown, ...args: unknown[]): unknown };
  readonly prototype: object;
  wrap(fn: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown;
};

/** A snapshot restores the frame of Throughline only, so the scope is restored here. */
function watchedSnapshots(original: SnapshotClass): SnapshotClass {
  // No subclass: the prototype of the class is that of all functions.
  class Snapshot {
    readonly #snapshot = new original();
    readonly #scope = currentScope();

    static wrap(fn: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
      const scope = currentScope();
      const wrapped = original.wrap(fn);
      const { inScope } = {
        inScope(this: unknown, ...args: unknown[]): unknown {
          return callInScope(scope, () => Reflect.apply(wrapped, this, args));
        },
      };
      for (const name of ['name', 'length'] as const) {
        Object.defineProperty(inScope, name, { value: wrapped[name], configurable: true });
      }
      return inScope;
    }

    run(fn: unknown, ...args: unknown[]): unknown {
      return callInScope(this.#scope, () => this.#snapshot.run(fn, ...args));
    }
  }
  const tag = Object.getOwnPropertyDescriptor(original.prototype, Symbol.toStringTag);
  if (tag !== undefined) Object.defineProperty(Snapshot.prototype, Symbol.toStringTag, tag);
  return Snapshot;
}

/**
 * Calls the method of a class with a scope open.
 * @param kept what remains entered afterwards
 */
function runInScope(storage: Storage, value: unknown, callMethod: () => unknown, kept: Kept): unknown {
  const outer = currentScope();
  const scope = openedIn(outer, storage, value);
  noteValue(storage, value);
  noteFirstValue(storage, value);
  noteOpening(scope);
  enterScope(scope);
  if (value !== undefined) flowObserver?.opened(scope, storage);
  try {
    const result = inClass(callMethod);
    noteResult(scope, result);
    return result;
  } finally {
    flowObserver?.returned(scope);
    const now = currentScope();
    const isChanged = kept !== 'none' && now !== scope && now !== outer;
    enterScope(isChanged ? withEntered(outer, scope, now, kept === 'all' ? undefined : storage) : outer);
  }
}

/**
 * Returns `outer` with what was entered while `scope` was open.
 * @param storage whose entries are left out
 */
function withEntered(
  outer: Scope | undefined,
  scope: Scope,
  now: Scope | undefined,
  storage: Storage | undefined,
): Scope | undefined {
  const entered: Scope[] = [];
  const key = storage && keyOf(storage);
  let at = now;
  for (; at !== undefined && at !== scope; at = at.parent) {
    if (at.key !== undefined && at.key !== key) entered.push(at);
  }
  if (at !== scope) return outer;
  return entered.reduceRight<Scope | undefined>(reenteredIn, outer);
}

function enterWithScope(storage: Storage, value: unknown): void {
  const before = currentScope();
  const scope = enteredIn(before, storage, value);
  noteValue(storage, value);
  noteFirstValue(storage, value);
  enterScope(scope);
  if (value !== undefined) flowObserver?.opened(scope, storage);
  noteEntry(storage, value, scope, before);
}

function openScope(storage: Storage, value: unknown): Scope {
  const scope = openedIn(currentScope(), storage, value);
  noteValue(storage, value);
  noteFirstValue(storage, value);
  noteOpening(scope);
  enterScope(scope);
  if (value !== undefined) flowObserver?.opened(scope, storage);
  return scope;
}

/** Closes a scope with what `withScope()` has returned, which restores the value before by `enterWith()`. */
function closeWithScope(runScope: Disposable & { dispose(): void }, storage: Storage, scope: Scope): void {
  const { dispose } = runScope;
  const methods = {
    dispose(): void {
      inClass(() => Reflect.apply(dispose, runScope, []));
      const now = currentScope();
      if (now !== undefined && hasAround(now, scope)) enterScope(withEntered(scope.parent, scope, now, storage));
    },
  };
  for (const name of ['dispose', Symbol.dispose] as const) {
    Object.defineProperty(runScope, name, { value: methods.dispose, writable: true, configurable: true });
  }
}

function inClass<T>(call: () => T): T {
  const before = isInClass;
  isInClass = true;
  try {
    return call();
  } finally {
    isInClass = before;
  }
}

/** What a method of a class calls instead of the function that it was given. */
function callUserCode(fn: (...args: unknown[]) => unknown, thisArg: unknown, args: unknown[]): unknown {
  const before = isInClass;
  isInClass = false;
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    isInClass = before;
  }
}

/** The new method has the name, the length and the attributes of the one that it replaces. */
function replaceMethod(prototype: object, name: string, method: Method): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  const { length } = Reflect.get(prototype, name) as Method;
  Object.defineProperty(method, 'length', { value: length, configurable: true });
  Object.defineProperty(prototype, name, {
    writable: true,
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
    value: method,
  });
}

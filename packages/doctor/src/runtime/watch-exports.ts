/** Finds the classes of storages among the exports of a module. */
import { watchAsyncContext, watchAsyncLocalStorage } from './watch-storages.js';

/** Watches the classes of a module of `throughline`. */
export function watchExports(exports: object): void {
  for (const value of Object.values(exports)) {
    if (typeof value === 'function' && isStoragePrototype(value.prototype))
      watchAsyncLocalStorage(value.prototype, true);
    else if (typeof value === 'object' && value !== null && isAsyncContext(value)) watchAsyncContext(value);
  }
}

function isStoragePrototype(prototype: unknown): prototype is object {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    ['run', 'getStore', 'enterWith', 'exit'].every((name) => Object.hasOwn(prototype, name))
  );
}

function isAsyncContext(value: object): value is Parameters<typeof watchAsyncContext>[0] {
  return (
    Reflect.get(value, Symbol.toStringTag) === 'AsyncContext' &&
    typeof Reflect.get(value, 'Variable') === 'function' &&
    typeof Reflect.get(value, 'Snapshot') === 'function'
  );
}

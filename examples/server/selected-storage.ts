/**
 * The class that stores the request id, selected by THROUGHLINE_STORAGE. The default is Throughline's. The server also
 * runs on other classes, for comparison, and on a plain variable, to prove that the check detects mixed-up ids.
 *
 * Only the selected class is loaded: on Node 20 and 22 the first use of a storage permanently slows down the whole
 * process.
 */
import { readStorageName, type StorageName } from './options.js';

export interface StorageLike<T> {
  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R;
  getStore(): T | undefined;
}

type StorageClass = new <T>() => StorageLike<T>;

/** A plain variable: every reader gets the value that was written last. */
class PlainGlobal<T> implements StorageLike<T> {
  #value: T | undefined;

  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R {
    this.#value = store;
    return fn(...args);
  }

  getStore(): T | undefined {
    return this.#value;
  }
}

class NoStorage<T> implements StorageLike<T> {
  run<R, A extends unknown[]>(_store: T, fn: (...args: A) => R, ...args: A): R {
    return fn(...args);
  }

  getStore(): T | undefined {
    return undefined;
  }
}

const classes: Record<StorageName, () => Promise<StorageClass>> = {
  throughline: async () => (await import('throughline')).AsyncLocalStorage,
  runtime: async () => (await import('node:async_hooks')).AsyncLocalStorage,
  global: async () => PlainGlobal,
  none: async () => NoStorage,
};

export const AsyncLocalStorage = await classes[readStorageName(process.env)]();

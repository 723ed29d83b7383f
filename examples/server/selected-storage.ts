/**
 * The class that holds the id. It is Throughline's, but the same server also runs on other classes, to be compared with
 * them, and on one that does not work, to show that the check sees it. THROUGHLINE_STORAGE says which. The others are
 * not even loaded: on Node 20 and 22 the first use of a storage slows the whole process down for good.
 */
import { readStorageName, type StorageName } from './options.js';

export interface StorageLike<T> {
  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R;
  getStore(): T | undefined;
}

type StorageClass = new <T>() => StorageLike<T>;

/** A plain variable: whoever wrote last is what everybody reads. */
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

class Nothing<T> implements StorageLike<T> {
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
  none: async () => Nothing,
};

export const AsyncLocalStorage = await classes[readStorageName(process.env)]();

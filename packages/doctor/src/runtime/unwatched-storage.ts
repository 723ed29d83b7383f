/** Storages of the doctor itself. Their methods are saved before those of the class are replaced. */
import { RuntimeAsyncLocalStorage } from './runtime-class.js';

export interface UnwatchedStorage<T> {
  /** The object of the runtime's own class. */
  readonly object: object;
  getStore(): T | undefined;
  enterWith(value: T | undefined): void;
}

export function createUnwatchedStorage<T>(): UnwatchedStorage<T> {
  const storage = new RuntimeAsyncLocalStorage<T | undefined>();
  const { getStore, enterWith } = storage;
  // Own properties are not replaced when the class is watched.
  Object.assign(storage, { getStore, enterWith });
  return {
    object: storage,
    getStore() {
      try {
        return storage.getStore();
      } catch {
        // With async hooks, the value is a property of an object of the application, which can be a revoked proxy.
        return undefined;
      }
    },
    enterWith(value) {
      try {
        storage.enterWith(value);
      } catch {
        // With async hooks, this object can be frozen. The code is then followed no further.
      }
    },
  };
}

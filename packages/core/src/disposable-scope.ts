import type { AsyncLocalStorage } from './async-local-storage.js';

// Where the runtime has no Symbol.dispose, compilers that lower `using` look for this one.
const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** What `AsyncLocalStorage#withScope` gives: the value is set while it lives, and put back once when it is disposed of. */
export class RunScope implements Disposable {
  readonly #storage: Pick<AsyncLocalStorage<unknown>, 'getStore' | 'enterWith'>;
  readonly #before: unknown;
  #disposed = false;

  constructor(storage: Pick<AsyncLocalStorage<unknown>, 'getStore' | 'enterWith'>, store: unknown) {
    this.#storage = storage;
    this.#before = storage.getStore();
    storage.enterWith(store);
  }

  /** Puts the value back that was there before. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#storage.enterWith(this.#before);
  }

  /** What `using` calls: the same as `dispose()`. */
  [dispose](): void {
    this.dispose();
  }
}

// If the runtime has no Symbol.dispose, compilers that lower `using` look for this symbol.
const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

interface Storage {
  getStore(): unknown;
  enterWith(store: unknown): void;
}

/**
 * The scope that `withScope()` of an `AsyncLocalStorage` returns: the value is set until the scope is disposed of.
 * @example
 * import { AsyncLocalStorage } from 'throughline';
 *
 * const user = new AsyncLocalStorage();
 * const scope = user.withScope('ada');
 * console.log(user.getStore()); // ada
 * scope[Symbol.dispose]();
 * console.log(user.getStore()); // undefined
 * @see https://nodejs.org/api/async_context.html#class-runscope
 */
export interface RunScope {
  /**
   * Restores the value that was set before the scope. Further calls have no effect.
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage({ defaultValue: 'guest' });
   * const scope = user.withScope('ada');
   * scope.dispose();
   * console.log(user.getStore()); // guest
   * @see https://nodejs.org/api/async_context.html#scopedispose
   */
  dispose(): void;

  /** Called at the end of the block that declares the scope with `using`. Does the same as `dispose()`. */
  [Symbol.dispose](): void;
}

/** @internal */
export const RunScope: new (storage: Storage, store: unknown) => RunScope = class RunScope implements Disposable {
  readonly #storage: Storage;
  readonly #outerValue: unknown;
  #isDisposed = false;

  constructor(storage: Storage, store: unknown) {
    this.#storage = storage;
    this.#outerValue = storage.getStore();
    storage.enterWith(store);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#storage.enterWith(this.#outerValue);
  }

  [dispose](): void {
    this.dispose();
  }
};

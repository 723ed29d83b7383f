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
export class RunScope implements Disposable {
  readonly #storage: Storage;
  readonly #outerValue: unknown;
  #isDisposed = false;

  /** @internal */
  constructor(storage: Storage, store: unknown) {
    this.#storage = storage;
    this.#outerValue = storage.getStore();
    storage.enterWith(store);
  }

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
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#storage.enterWith(this.#outerValue);
  }

  /** Called at the end of the block that declares the scope with `using`. Does the same as `dispose()`. */
  [dispose](): void {
    this.dispose();
  }
}

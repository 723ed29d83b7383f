/** Replaces Throughline in the build that shows a plain global: every reader gets the value that was written last. */
export class AsyncLocalStorage<T> {
  #value: T | undefined;

  run<R, A extends unknown[]>(value: T, fn: (...args: A) => R, ...args: A): R {
    this.#value = value;
    return fn(...args);
  }

  getStore(): T | undefined {
    return this.#value;
  }
}

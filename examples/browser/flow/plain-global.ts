/** Stands in for Throughline where a plain global is shown: whoever wrote last is what everybody reads. */
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

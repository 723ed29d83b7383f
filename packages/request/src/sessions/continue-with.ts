import { isPromise } from '../scope/is-promise.js';

/**
 * Continues with a value that a store returns at once, or with that of a promise. A store in the memory of this process
 * thus takes no promise and no microtask, and a store elsewhere takes the same path.
 * @returns what `next` returns, or a promise of it
 */
export function continueWith<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromise(value) ? value.then(next) : next(value);
}

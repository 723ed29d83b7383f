/**
 * Whether a value is a promise. It may be one of another realm, or a native one in a program that has replaced the global
 * `Promise`: what an async function returns is then no instance of it.
 */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/**
 * Values that a request carries from another process, such as those of `@throughline/propagation`.
 *
 *     request ──▶ read once, when its scope is created ──▶ scope keeps the values
 *                                                             │
 *     listener, step, body ──▶ scopeStorage.run(scope, fn) ──▶ values.run(fn) in the scope
 *
 * Wherever the scope of a request is set again, because the current frame belongs to another request or to none, the
 * values of the request are set with it. They would otherwise be those of the frame that was left behind. Where the
 * scope is current already, nothing is set, so that a value which the application has set in the meantime remains.
 *
 * `run` of the storage is replaced when the first scope with values is created: a process that does not use the option
 * pays nothing. All copies of this layout share the storage, and therefore this function.
 */
import type { AsyncLocalStorage } from 'throughline';
import type { Exchange } from './exchange.js';

/** The values that one request carries. */
export interface CarriedValues {
  /**
   * Calls a function with the values set, for the call and everything that it starts.
   * @param fn the function
   * @param args the arguments of the function
   * @returns what `fn` returns
   */
  readonly run: <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A) => R;

  /** Aborts when the deadline passes that the request carries. `undefined` if it carries none. */
  readonly signal?: AbortSignal | undefined;

  /** The milliseconds until the deadline that the request carries. `undefined` if it carries none. */
  readonly remaining?: number | undefined;
}

/** What the values of a request are read from. */
export interface CarrierRequest {
  /**
   * Returns a header of the request, or undefined. Several headers of one name are joined by a comma.
   * @param name in lower case
   */
  readonly header: (name: string) => string | undefined;

  /** The network address of the client, for warnings. `undefined` if the server does not know it. */
  readonly remoteAddress: string | undefined;
}

/**
 * Reads the values that a request carries. It is called once for each request, before any code of the application. If
 * it throws, the request has no values, and a warning names the error.
 */
export type ReadCarriedValues = (request: CarrierRequest) => CarriedValues;

/** Reads the values of a request. A request is never refused because of what it carries. */
export function readCarriedValues(exchange: Exchange, read: ReadCarriedValues): CarriedValues | undefined {
  try {
    return read({ header: (name) => exchange.header(name), remoteAddress: exchange.remoteAddress });
  } catch (error) {
    console.warn('The function in the option propagation threw an error. The request runs without values.', error);
    return undefined;
  }
}

/** Makes `run` of the storage set the values of a scope too. Calling it again has no effect. */
export function runWithCarriedValues<Scope>(
  storage: AsyncLocalStorage<Scope>,
  carriedBy: (scope: Scope) => CarriedValues | undefined,
): void {
  if (Object.hasOwn(storage, 'run')) return;
  const { run } = storage;
  const runScope = <R, A extends unknown[]>(scope: Scope, fn: (...args: A) => R, args: A): R =>
    Reflect.apply(run<R, A>, storage, [scope, fn, ...args]);
  storage.run = <R, A extends unknown[]>(scope: Scope, fn: (...args: A) => R, ...args: A): R => {
    const carried = scope === undefined || storage.getStore() === scope ? undefined : carriedBy(scope);
    return carried === undefined ? runScope(scope, fn, args) : carried.run(runScope<R, A>, scope, fn, args);
  };
}

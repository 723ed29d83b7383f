/**
 * A subject is one implementation under measurement, behind the two methods that workloads call. They are the methods
 * of AsyncLocalStorage, so that Throughline and the runtime's own class are called as any program calls them, with
 * nothing in between.
 */
export interface Storage {
  run<R>(value: object, fn: () => R): R;
  getStore(): unknown;
}

export interface Subject {
  /** Whether a value follows the flow that it was set in. */
  readonly tracks: boolean;
  makeStorage(): Storage;
}

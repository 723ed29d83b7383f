/**
 * A subject is one implementation under measurement, behind the two methods that workloads call. They are methods of
 * AsyncLocalStorage, so workloads call Throughline and the runtime's own class exactly as programs do, without a layer
 * in between.
 */
export interface Storage {
  run<R>(value: object, fn: () => R): R;
  getStore(): unknown;
}

export interface Subject {
  /** Whether a value follows the flow in which it was set. */
  readonly isTracking: boolean;
  makeStorage(): Storage;
  /**
   * Called after a sample: a check before it could change what is measured.
   * @throws {Error} if the subject does not work as its name says
   */
  check?(): void;
}

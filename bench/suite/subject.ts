/**
 * A subject is one implementation under measurement, behind the two methods that workloads call. They are methods of
 * AsyncLocalStorage, so workloads call Throughline and the runtime's own class exactly as programs do, without a layer
 * in between.
 */
export interface Storage {
  run<R>(value: object, fn: () => R): R;
  getStore(): unknown;
  /** Absent in cls-hooked. */
  enterWith?(value: object): void;
  /** Absent in Node before 26. */
  withScope?(value: object): { dispose(): void };
}

/** The static methods of a class of storages. */
export interface StorageClass {
  bind<F extends (...args: never[]) => unknown>(fn: F): F;
  snapshot(): <R>(fn: () => R) => R;
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
  /** Absent if the subject has nothing of the kind. */
  readonly storageClass?: StorageClass;
}

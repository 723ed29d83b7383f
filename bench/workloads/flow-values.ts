/** Enters flows in which storages hold a value, and checks that the storages still hold it. */
import type { Storage, Subject } from '../suite/subject.js';

/** Thrown if a subject returned a value other than the one that was set. Such a subject has no figures. */
export class LostValueError extends Error {
  override readonly name = 'LostValueError';

  constructor() {
    super('A value was lost');
  }
}

/** Runs `fn` in a flow in which each of the storages holds `value`. */
export function runWithValue<R>(storages: readonly Storage[], value: object, fn: () => R, from = 0): R {
  const storage = storages[from];
  if (storage === undefined) return fn();
  return storage.run(value, () => runWithValue(storages, value, fn, from + 1));
}

/** @throws {LostValueError} if the subject tracks values and a storage does not hold `value` */
export function assertValues(subject: Subject, storages: readonly Storage[], value: object): void {
  if (subject.isTracking && !storages.every((storage) => storage.getStore() === value)) throw new LostValueError();
}

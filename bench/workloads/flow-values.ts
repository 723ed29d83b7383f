/** Flows that hold values, and whether they still do. */
import type { Storage, Subject } from '../suite/subject.js';

/** Thrown where a subject does not give the value that was set: what it costs is no figure then. */
export class LostValue extends Error {
  constructor() {
    super('a value was lost');
  }
}

/** Runs `fn` in a flow in which each of the storages holds `value`. */
export function inFlow<R>(storages: readonly Storage[], value: object, fn: () => R, from = 0): R {
  const storage = storages[from];
  if (storage === undefined) return fn();
  return storage.run(value, () => inFlow(storages, value, fn, from + 1));
}

export function checkValues(subject: Subject, storages: readonly Storage[], value: object): void {
  if (subject.tracks && !storages.every((storage) => storage.getStore() === value)) throw new LostValue();
}

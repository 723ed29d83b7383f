/**
 * A workload is written once, for every subject, and is measured where its storages hold values already: a flow is
 * entered, and in it one operation is done many times, lap after lap.
 */
import { stat } from 'node:fs';
import type { Pace } from '../pace.js';
import type { Storage, Subject } from '../subjects/subject.js';

/** Gives one figure: nanoseconds an operation, or requests a second. */
export type Workload = (subject: Subject, k: number, pace: Pace) => Promise<number>;

/** Thrown where a subject does not give the value that was set: what it costs is no figure then. */
export class LostValue extends Error {
  constructor() {
    super('a value was lost');
  }
}

/** How often each storage is set, in each kind of callback, before anything is timed. */
const RUNS_BEFORE = 400;

const CALLBACKS: readonly ((callback: () => void) => unknown)[] = [
  (callback) => setImmediate(callback),
  (callback) => setTimeout(callback, 0),
  (callback) => process.nextTick(callback),
  (callback) => Promise.resolve().then(callback),
  (callback) => stat('.', callback),
];

/**
 * Storages that have been at work before, in callbacks of several kinds, as in a server that has answered some requests.
 * Async hooks keep values in the object that stands for the callback: where that was ever of one kind only, V8 compiles
 * `run` for just that kind, and Node's own took 30 ns on Node 20 instead of 67. Each callback is a job of its own,
 * because on Node 24 and newer what was set once stays in a job's frame, if only as undefined.
 */
export async function makeStorages(subject: Subject, k: number): Promise<Storage[]> {
  const storages = Array.from({ length: k }, () => subject.makeStorage());
  const jobs = storages.flatMap((storage) =>
    CALLBACKS.map(
      (later) =>
        new Promise<void>((resolve) => {
          later(() => {
            for (let i = 0; i < RUNS_BEFORE; i++) storage.run({}, () => i);
            resolve();
          });
        }),
    ),
  );
  await Promise.all(jobs);
  return storages;
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

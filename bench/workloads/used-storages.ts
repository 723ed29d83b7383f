/**
 * Storages that have been at work before, in callbacks of several kinds, as in a program that has been at work for a while.
 * Async hooks keep values in the object that stands for the callback: where that was ever of one kind only, V8 compiles
 * `run` for just that kind, and Node's own took 30 ns on Node 20 instead of 67. Each callback is a job of its own,
 * because on Node 24 and newer what was set once stays in a job's frame, if only as undefined.
 */
import type { Storage, Subject } from '../suite/subject.js';

/** Asks for a callback of one kind. */
export type Later = (callback: () => void) => unknown;

/** How often each storage is set, in each kind of callback, before anything is timed. */
const RUNS_BEFORE = 400;

export async function makeStorages(subject: Subject, k: number, callbacks: readonly Later[]): Promise<Storage[]> {
  const storages = Array.from({ length: k }, () => subject.makeStorage());
  const jobs = storages.flatMap((storage) =>
    callbacks.map(
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

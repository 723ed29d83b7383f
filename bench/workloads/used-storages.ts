/**
 * Makes storages that have already been used in callbacks of several kinds, as in a program that has been running for a
 * while. With async hooks, values are properties of the object that represents the callback. If all callbacks so far
 * were of one kind, V8 specializes `run` for that kind: Node's own class then took 30 ns on Node 20 instead of 67. Each
 * callback is a separate job, because on Node 24 and newer a storage that was set once in a job stays in the job's
 * frame, if only with the value undefined.
 */
import type { Storage, Subject } from '../suite/subject.js';

/** Schedules a callback of one kind. */
export type Scheduler = (callback: () => void) => unknown;

/** The number of times that each storage is set in each kind of callback. */
const RUNS_PER_CALLBACK = 400;

export async function makeUsedStorages(
  subject: Subject,
  storageCount: number,
  schedulers: readonly Scheduler[],
): Promise<Storage[]> {
  const storages = Array.from({ length: storageCount }, () => subject.makeStorage());
  const jobs = storages.flatMap((storage) =>
    schedulers.map(
      (schedule) =>
        new Promise<void>((resolve) => {
          schedule(() => {
            for (let i = 0; i < RUNS_PER_CALLBACK; i++) storage.run({}, () => i);
            resolve();
          });
        }),
    ),
  );
  await Promise.all(jobs);
  return storages;
}

/**
 * `run` with a new value and a function that does almost nothing, in a flow in which k storages hold a value.
 * `runFirst` runs the storage that was set first, `runEach` runs each storage in turn.
 *
 * A program calls `run` from several call sites, each with a different function and shape of value. So there are four
 * call sites here, called in turn through an array. The compiler may inline `run` into each of them, as it does in a
 * program. It cannot inline them into the loop, where it could see that the same operation is repeated.
 *
 * The values differ in size for a second reason: with values of one size, a subject was up to a tenth faster or slower
 * depending only on how its objects happened to lie in the cache.
 */
import { type Lap, timeLaps } from '../measure/stopwatch.js';
import type { Storage } from '../suite/subject.js';
import type { Workload } from '../suite/workload.js';
import { runWithValue } from './flow-values.js';

let calls = 0;

const callSites: ((storage: Storage, index: number) => void)[] = [
  (storage, index) => {
    storage.run({ index }, () => {
      calls++;
    });
  },
  (storage, index) => {
    storage.run({ index, user: null }, () => {
      calls += 1;
    });
  },
  (storage, index) => {
    storage.run({ index, user: null, trace: '' }, () => {
      ++calls;
    });
  },
  (storage, index) => {
    storage.run({ index, user: null, trace: '', since: 0, tags: null }, () => {
      calls = calls + 1;
    });
  },
];

/** A lap of `run`, of each of the storages in turn. */
export function runLap(storages: readonly Storage[]): Lap {
  let next = 0;
  return (count) => {
    const before = calls;
    for (let i = 0; i < count; i++) {
      if (++next >= storages.length) next = 0;
      // `next` is always in range. A check would be part of the timed operation.
      callSites[i & 3]?.(storages[next] as Storage, i);
    }
    if (calls - before !== count) throw new Error('run() did not call its function exactly once each time.');
  };
}

function runLoop(select: (storages: readonly Storage[]) => readonly Storage[]): Workload {
  return async (_subject, storages, budget) => {
    const lap = runLap(select(storages));
    return runWithValue(storages, {}, () => timeLaps(lap, budget));
  };
}

export const runFirst: Workload = runLoop((storages) => storages.slice(0, 1));
export const runEach: Workload = runLoop((storages) => storages);

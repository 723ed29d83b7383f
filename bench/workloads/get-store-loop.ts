/** `getStore` of each storage in turn, from four call sites in turn; run-loop.ts explains why there are four. */
import { timeLaps } from '../measure/stopwatch.js';
import type { Storage } from '../suite/subject.js';
import type { Workload } from '../suite/workload.js';
import { LostValueError, runWithValue } from './flow-values.js';

const callSites: ((storage: Storage) => unknown)[] = [
  (storage) => storage.getStore(),
  (storage) => {
    const value = storage.getStore();
    return value;
  },
  (storage) => storage.getStore() ?? null,
  (storage) => storage.getStore() || false,
];

export const getStoreLoop: Workload = async (_subject, storages, budget) => {
  const value = {};
  const storageCount = storages.length;
  let next = 0;
  const lap = (count: number) => {
    let matches = 0;
    for (let i = 0; i < count; i++) {
      if (++next >= storageCount) next = 0;
      // `next` is always in range. A check would be part of the timed operation.
      if (callSites[i & 3]?.(storages[next] as Storage) === value) matches++;
    }
    if (matches !== count) throw new LostValueError();
  };
  return runWithValue(storages, value, () => timeLaps(lap, budget));
};

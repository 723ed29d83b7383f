/** `getStore` from four places in turn, for the reason given in run.ts, of each storage in turn. */

import { timeLaps } from '../measure/stopwatch.js';
import type { Storage } from '../suite/subject.js';
import type { Workload } from '../suite/workload.js';
import { inFlow, LostValue } from './flow-values.js';

const places: ((storage: Storage) => unknown)[] = [
  (storage) => storage.getStore(),
  (storage) => {
    const value = storage.getStore();
    return value;
  },
  (storage) => storage.getStore() ?? null,
  (storage) => storage.getStore() || false,
];

export const getStore: Workload = async (_subject, storages, pace) => {
  const value = {};
  const k = storages.length;
  let next = 0;
  const lap = (count: number) => {
    let right = 0;
    for (let i = 0; i < count; i++) {
      if (++next >= k) next = 0;
      // `next` is in range, and asking would be part of what is timed.
      if (places[i & 3]?.(storages[next] as Storage) === value) right++;
    }
    if (right !== count) throw new LostValue();
  };
  return inFlow(storages, value, () => timeLaps(lap, pace));
};

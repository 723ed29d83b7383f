/**
 * `run` of one storage while many others hold a value, and the memory that each of the others takes: the storage, its
 * value and what the flow keeps of both. `enterWith` sets them, because as many nested calls of `run` need more stack than
 * there is.
 */

import { timeLaps } from '../../measure/stopwatch.js';
import { SCHEDULERS } from '../../servers/workloads/schedulers.js';
import { LostValueError } from '../../workloads/flow-values.js';
import { runLap } from '../../workloads/run-loop.js';
import { makeUsedStorages } from '../../workloads/used-storages.js';
import type { GrowthWorkload } from './growth-workload.js';
import { heapInUse } from './heap-in-use.js';

export const manyStorages: GrowthWorkload = async (subject, count, budget) => {
  const used = await makeUsedStorages(subject, 1, SCHEDULERS);
  const before = await heapInUse();
  const storages = [...used, ...Array.from({ length: count - 1 }, () => subject.makeStorage())];
  for (const storage of storages) storage.enterWith?.({});
  const memory = ((await heapInUse()) - before) / count;
  const time = await timeLaps(runLap(used), budget);
  if (subject.isTracking && storages.some((storage) => storage.getStore() === undefined)) throw new LostValueError();
  return { storages: time, 'storage-memory': memory };
};

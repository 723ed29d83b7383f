/**
 * `run` of one storage in a flow in which storages of the runtime's own class hold values: as after
 * `throughline/register`, if a library has taken that class before. Their number is the number of storages of the figure.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Workload } from '../../suite/workload.js';
import { runWithValue } from '../../workloads/flow-values.js';
import { runFirst } from '../../workloads/run-loop.js';
import { makeUsedStorages } from '../../workloads/used-storages.js';
import { SCHEDULERS } from './schedulers.js';

export const runBesideNative: Workload = async (subject, storages, budget) => {
  const native = storages.map(() => new AsyncLocalStorage<object>());
  const used = await makeUsedStorages(subject, 1, SCHEDULERS);
  return runWithValue(native, {}, () => runFirst(subject, used, budget));
};

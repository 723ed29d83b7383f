/** Processor time of a request to a server whose libraries use storages of their own. */
import { measureLibraryServer } from '../../servers/workloads/library-server.js';
import { SCHEDULERS } from '../../servers/workloads/schedulers.js';
import { makeUsedStorages } from '../../workloads/used-storages.js';
import type { GrowthWorkload } from './growth-workload.js';

export const libraryStorages: GrowthWorkload = async (subject, count, budget) => {
  const storages = await makeUsedStorages(subject, count, SCHEDULERS);
  const { processorTime } = await measureLibraryServer(subject, storages, budget);
  return { libraries: processorTime };
};

/** What library-server.ts does for a request, without the server: four requests at a time, in one turn of the event loop. */
import { setImmediate as immediate } from 'node:timers/promises';
import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';
import { LibraryRequests } from './library-requests.js';

const CONCURRENT = 4;

export const libraryFlow: Workload = async (subject, storages, budget) => {
  const requests = new LibraryRequests(subject, storages);
  return timeLaps(async (count) => {
    for (let left = count; left > 0; left -= CONCURRENT) {
      await immediate();
      const length = Math.min(left, CONCURRENT);
      await Promise.all(Array.from({ length }, (_, id) => requests.begin({ id }, () => requests.handle())));
    }
  }, budget);
};

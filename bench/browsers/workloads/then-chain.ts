/** `then` of a settled promise, repeatedly: each reaction calls the next `then`. */
import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';
import { assertValues, runWithValue } from '../../workloads/flow-values.js';

export const thenChain: Workload = async (subject, storages, budget) => {
  const value = {};
  const resolved = Promise.resolve();
  const lap = (count: number) =>
    new Promise<void>((resolve, reject) => {
      let left = count;
      // The promises of `then` are not observed: only the last turn can fail, and it reports to `reject`.
      const turn = () => {
        if (--left > 0) {
          void resolved.then(turn);
          return;
        }
        try {
          assertValues(subject, storages, value);
          resolve();
        } catch (error) {
          reject(error);
        }
      };
      void resolved.then(turn);
    });
  return runWithValue(storages, value, () => timeLaps(lap, budget));
};

/** `then` of a settled promise, over and over, each from the reaction before. */

import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';
import { checkValues, inFlow } from '../../workloads/flow-values.js';

export const thenLoop: Workload = async (subject, storages, pace) => {
  const value = {};
  const resolved = Promise.resolve();
  const lap = (count: number) =>
    new Promise<void>((resolve, reject) => {
      let left = count;
      const turn = () => {
        if (--left > 0) {
          resolved.then(turn);
          return;
        }
        try {
          checkValues(subject, storages, value);
          resolve();
        } catch (error) {
          reject(error);
        }
      };
      resolved.then(turn);
    });
  return inFlow(storages, value, () => timeLaps(lap, pace));
};

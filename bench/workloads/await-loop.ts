/** A loop of `await` on a resolved promise, in a flow with a value in each storage, which must be there at the end. */

import { timeLaps } from '../measure/stopwatch.js';
import type { Workload } from '../suite/workload.js';
import { checkValues, inFlow } from './flow-values.js';

export const awaitLoop: Workload = async (subject, storages, pace) => {
  const value = {};
  const resolved = Promise.resolve();
  const lap = async (count: number) => {
    for (let i = 0; i < count; i++) await resolved;
    checkValues(subject, storages, value);
  };
  return inFlow(storages, value, () => timeLaps(lap, pace));
};

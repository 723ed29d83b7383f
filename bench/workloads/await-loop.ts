/**
 * A loop of `await` on a resolved promise. Each storage holds a value, which it must still hold at the end of a lap.
 */
import { timeLaps } from '../measure/stopwatch.js';
import type { Workload } from '../suite/workload.js';
import { assertValues, runWithValue } from './flow-values.js';

export const awaitLoop: Workload = async (subject, storages, budget) => {
  const value = {};
  const resolved = Promise.resolve();
  const lap = async (count: number) => {
    for (let i = 0; i < count; i++) await resolved;
    assertValues(subject, storages, value);
  };
  return runWithValue(storages, value, () => timeLaps(lap, budget));
};

/**
 * `setImmediate` in a flow in which each storage holds a value. A hundred immediates are scheduled at once: one at a
 * time would mostly measure the event loop.
 */
import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';
import { assertValues, runWithValue } from '../../workloads/flow-values.js';

const BATCH_SIZE = 100;

export const setImmediateBatch: Workload = async (subject, storages, budget) => {
  const value = {};
  const lap = async (count: number) => {
    for (let left = count; left > 0; left -= BATCH_SIZE) await runBatch(Math.min(left, BATCH_SIZE));
    assertValues(subject, storages, value);
  };
  return runWithValue(storages, value, () => timeLaps(lap, budget));
};

function runBatch(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const done = () => {
      if (--left === 0) resolve();
    };
    for (let i = 0; i < count; i++) setImmediate(done);
  });
}

/**
 * `setImmediate` in a flow with a value in each storage. A hundred are asked for at once: with one at a time most of
 * the time would be the event loop's own.
 */

import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';
import { checkValues, inFlow } from '../../workloads/flow-values.js';

const AT_ONCE = 100;

export const immediates: Workload = async (subject, storages, pace) => {
  const value = {};
  const lap = async (count: number) => {
    for (let left = count; left > 0; left -= AT_ONCE) await oneTurn(Math.min(left, AT_ONCE));
    checkValues(subject, storages, value);
  };
  return inFlow(storages, value, () => timeLaps(lap, pace));
};

function oneTurn(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const done = () => {
      if (--left === 0) resolve();
    };
    for (let i = 0; i < count; i++) setImmediate(done);
  });
}

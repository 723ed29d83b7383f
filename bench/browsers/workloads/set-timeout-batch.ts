/**
 * `setTimeout` without a delay, a thousand at once: one at a time would mostly measure the event loop. The listener of
 * a message schedules them, because browsers delay nested timers (those that a timer schedules) after the first few.
 */
import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';

const BATCH_SIZE = 1000;

export const setTimeoutBatch: Workload = async (_subject, _storages, budget) => {
  const { port1, port2 } = new MessageChannel();
  const runBatch = () =>
    new Promise<void>((resolve) => {
      let left = BATCH_SIZE;
      const done = () => {
        if (--left === 0) resolve();
      };
      port1.onmessage = () => {
        for (let i = 0; i < BATCH_SIZE; i++) setTimeout(done, 0);
      };
      port2.postMessage(null);
    });
  const lap = async (batches: number) => {
    for (let i = 0; i < batches; i++) await runBatch();
  };
  try {
    return (await timeLaps(lap, budget)) / BATCH_SIZE;
  } finally {
    port1.close();
  }
};

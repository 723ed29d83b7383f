/**
 * A loop of `await` of an async function that really suspends: the promise it waits for is settled later, by code
 * outside all flows. A hundred flows, each with a different value, run concurrently. When all of them are waiting, they
 * are resumed together, so the resuming code accounts for only a hundredth of the measured time.
 */
import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';
import { assertValues, runWithValue } from '../../workloads/flow-values.js';

const FLOW_COUNT = 100;

export const suspendingAwait: Workload = async (subject, storages, budget) => {
  let waiting: (() => void)[] = [];
  let allAreWaiting = (): void => {};
  const wait = (resolve: () => void) => {
    if (waiting.push(resolve) === FLOW_COUNT) allAreWaiting();
  };
  const suspend = async () => {
    await new Promise<void>(wait);
  };
  const flow = async (turns: number, value: object) => {
    for (let i = 0; i < turns; i++) await suspend();
    assertValues(subject, storages, value);
  };
  const lap = async (turns: number) => {
    let all = new Promise<void>((resolve) => {
      allAreWaiting = resolve;
    });
    const flows = Array.from({ length: FLOW_COUNT }, () => {
      const value = {};
      return runWithValue(storages, value, () => flow(turns, value));
    });
    for (let i = 0; i < turns; i++) {
      await all;
      all = new Promise((resolve) => {
        allAreWaiting = resolve;
      });
      const resumed = waiting;
      waiting = [];
      for (const resume of resumed) resume();
    }
    await Promise.all(flows);
  };
  return (await timeLaps(lap, budget)) / FLOW_COUNT;
};

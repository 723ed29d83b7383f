/**
 * A loop of `await` of an async function that really suspends, since the promise it waits for is settled later, by code that
 * is in no flow. A hundred flows, each with a value of its own, go round at once: when all of them wait, they are woken
 * together, so that who wakes them is a hundredth of what is timed.
 */

import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';
import { checkValues, inFlow } from '../../workloads/flow-values.js';

const FLOWS = 100;

export const pending: Workload = async (subject, storages, pace) => {
  let waiting: (() => void)[] = [];
  let allWait = (): void => {};
  const wait = (resolve: () => void) => {
    if (waiting.push(resolve) === FLOWS) allWait();
  };
  const step = async () => {
    await new Promise<void>(wait);
  };
  const flow = async (turns: number, value: object) => {
    for (let i = 0; i < turns; i++) await step();
    checkValues(subject, storages, value);
  };
  const lap = async (turns: number) => {
    let all = new Promise<void>((resolve) => {
      allWait = resolve;
    });
    const flows = Array.from({ length: FLOWS }, () => {
      const value = {};
      return inFlow(storages, value, () => flow(turns, value));
    });
    for (let i = 0; i < turns; i++) {
      await all;
      all = new Promise((resolve) => {
        allWait = resolve;
      });
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    }
    await Promise.all(flows);
  };
  return (await timeLaps(lap, pace)) / FLOWS;
};

/**
 * Runs the constructs in many flows at the same time, and in the root. It is part of the page that is built, so build
 * tools lower it as well.
 */
import { AsyncLocalStorage } from 'throughline';
import { type Clock, constructs } from './constructs.js';

/** Whether all code of a construct has run in the frame of its flow, or some of it in the root, or in another flow. */
export type Outcome = 'kept' | 'root' | 'another';

/** The number of flows, without the root. */
const FLOW_COUNT = 20;

const storage = new AsyncLocalStorage<string>();

function startClock(): Clock & { stop(): void } {
  const due: (() => void)[] = [];
  const timer = storage.run('the clock', setInterval, () => {
    for (const fn of due.splice(0)) fn();
  });
  return {
    tick: () => new Promise((resolve) => due.push(resolve)),
    fail: () => new Promise((_, reject) => due.push(() => reject(new Error('failed')))),
    call: (fn) => due.push(fn),
    stop: () => clearInterval(timer),
  };
}

/** Returns the outcome of each construct, by its title. */
export async function runConstructs(): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  const clock = startClock();
  await Promise.all(
    Object.entries(constructs).map(async ([title, run]) => {
      outcomes[title] = 'kept';
      const runInFlow = (expected: string | undefined) => {
        const check = () => {
          const value = storage.getStore();
          if (value !== expected && outcomes[title] !== 'another')
            outcomes[title] = value === undefined ? 'root' : 'another';
        };
        return run(check, clock);
      };
      const names = Array.from({ length: FLOW_COUNT }, (_, index) => `${title}, flow ${index}`);
      try {
        await Promise.all([...names.map((name) => storage.run(name, runInFlow, name)), runInFlow(undefined)]);
      } catch (error) {
        throw new Error(`${title}: ${error instanceof Error ? error.message : error}`);
      }
    }),
  );
  clock.stop();
  // In the order of the columns.
  return Object.fromEntries(Object.keys(constructs).map((title) => [title, outcomes[title] as Outcome]));
}

/** Runs the reactions of promises of each library in many flows at the same time, and in the root. */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { type LibraryPromise, promiseLibraries } from './promise-libraries.js';

/** Whether reactions have run in the frame of the call that added them, or some of them in the root, or in another flow. */
export type Outcome = 'kept' | 'root' | 'another';

/** The number of flows, without the root. */
const FLOW_COUNT = 20;

const OUTCOMES: readonly Outcome[] = ['kept', 'root', 'another'];

type Create = (
  executor: (resolve: (value?: unknown) => void, reject: (reason: unknown) => void) => void,
) => LibraryPromise;

/** What a flow does with promises. All that is pending is settled from another flow. */
const uses: Readonly<
  Record<string, (create: Create, settleLater: (fn: () => void) => void, check: () => void) => readonly unknown[]>
> = {
  'of settled promises': (create, _, check) => [
    create((resolve) => resolve()).then(check),
    create((resolve) => resolve())
      .then(() => {})
      .then(check)
      .then(check),
    create((_, reject) => reject(new Error('rejected'))).catch(check),
    create((resolve) => resolve()).finally(check),
  ],
  'of pending promises': (create, settleLater, check) => [
    create((resolve) => settleLater(resolve)).then(check),
    create((resolve) => settleLater(resolve))
      .then(() => {})
      .then(check),
    create((_, reject) => settleLater(() => reject(new Error('rejected')))).catch(check),
    create((resolve) => settleLater(resolve)).finally(check),
  ],
  'of native promises that resolve with them': (create, settleLater, check) => [
    Promise.resolve(create((resolve) => resolve())).then(check),
    Promise.resolve(create((resolve) => settleLater(resolve))).then(check),
  ],
};

/** Returns the outcomes of each library, by use. */
export async function runPromiseLibraries(
  storage: Pick<AsyncLocalStorage<string>, 'run' | 'getStore'>,
  libraries: Readonly<Record<string, Create>> = promiseLibraries,
): Promise<Record<string, Record<string, Outcome>>> {
  const due: (() => void)[] = [];
  const timer = storage.run('the clock', setInterval, () => {
    for (const fn of due.splice(0)) fn();
  });
  const outcomes: Record<string, Record<string, Outcome>> = {};
  for (const [name, create] of Object.entries(libraries)) {
    const byUse: Record<string, Outcome> = {};
    outcomes[name] = byUse;
    for (const [use, run] of Object.entries(uses)) {
      let worst = 0;
      const runInFlow = (expected: string | undefined) =>
        Promise.all(
          run(
            create,
            (fn) => due.push(fn),
            () => {
              const value = storage.getStore();
              if (value !== expected) worst = Math.max(worst, value === undefined ? 1 : 2);
            },
          ),
        );
      const flows = Array.from({ length: FLOW_COUNT }, (_, index) =>
        storage.run(`flow ${index}`, runInFlow, `flow ${index}`),
      );
      await Promise.all([...flows, runInFlow(undefined), runInFlow(undefined)]);
      byUse[use] = OUTCOMES[worst] as Outcome;
    }
  }
  clearInterval(timer);
  return outcomes;
}

/**
 * The model of most cases about a server API. The same work starts three times in one synchronous step: in flow `a`, in
 * the root and in flow `b`. All three are then pending at once, and every callback of the work checks the current
 * value.
 *
 *     storage.run('a', work) ─── callback: expects 'a'
 *     work()                 ─── callback: expects undefined
 *     storage.run('b', work) ─── callback: expects 'b'
 *
 * A callback that runs in the frame of another flow, or that loses its own frame, finds a different value.
 */
import type { AsyncLocalStorage } from 'throughline';
import { equal } from './assert.js';
import type { Implementation } from './case.js';

/**
 * Checks, when called, that the current value is the value of the flow that started the work.
 * @param label names the checked callback or position in the error message
 */
export type CheckFrame = (label: string) => void;

/** Calls `fn` in a flow with this value, or without a flow if `value` is undefined. */
export function runInFlowOrRoot<T>(storage: AsyncLocalStorage<string>, value: string | undefined, fn: () => T): T {
  return value === undefined ? fn() : storage.run(value, fn);
}

/**
 * Asserts that `work` keeps its frame in three concurrent flows, and that it calls `check` at least once in each.
 * @param work calls `check` wherever the current frame must be the one in which `work` was called
 */
export async function assertFlowsKeepFrame(
  { AsyncLocalStorage }: Pick<Implementation, 'AsyncLocalStorage'>,
  work: (check: CheckFrame) => unknown,
): Promise<void> {
  const storage = new AsyncLocalStorage<string>();
  const flow = async (expected: string | undefined): Promise<void> => {
    let checks = 0;
    const errors: string[] = [];
    await work((label) => {
      const value = storage.getStore();
      checks++;
      if (value !== expected) errors.push(`${label}: expected ${expected}, got ${value}`);
    });
    equal(errors.join('; '), '', 'wrong values');
    if (checks === 0) throw new Error('no callback was called');
  };
  // Waits for all three, so that none is still running when the case ends. Hermes has no Promise.allSettled().
  const failures: unknown[] = [];
  const flows = [storage.run('a', flow, 'a'), flow(undefined), storage.run('b', flow, 'b')];
  await Promise.all(flows.map((pending) => pending.catch((error) => failures.push(error))));
  if (failures.length > 0) throw failures[0];
  equal(storage.getStore(), undefined, 'the value after the flows');
}

/**
 * Asserts that the callback passed to `start` is called in the frame of the `start` call, in three concurrent flows.
 * @throws the error that the callback receives, if it receives one
 */
export function assertCallbackKeepsFrame(
  implementation: Pick<Implementation, 'AsyncLocalStorage'>,
  start: (callback: (error?: unknown) => void) => unknown,
): Promise<void> {
  return assertFlowsKeepFrame(
    implementation,
    (check) =>
      new Promise<void>((resolve, reject) => {
        start((error) => {
          check('the callback');
          if (error instanceof Error) reject(error);
          else resolve();
        });
      }),
  );
}

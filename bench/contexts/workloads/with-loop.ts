/**
 * `with` with another context and a function that does almost nothing, in a flow that has a context. As in run-loop.ts,
 * four call sites with different functions are called in turn through an array, so that the compiler may inline `with`
 * into each of them, but not into the loop. Each lap sets the context of the flow anew, because zone.js loses it between
 * laps, at an `await`.
 */
import type { ContextManager } from '@opentelemetry/api';
import { timeLaps } from '../../measure/stopwatch.js';
import type { ContextWorkload } from './context-workload.js';
import { contextOf } from './contexts.js';

let calls = 0;

const callSites: ((manager: ContextManager, index: number) => void)[] = [
  (manager, index) =>
    manager.with(contextOf(index), () => {
      calls++;
    }),
  (manager, index) =>
    manager.with(contextOf(index), () => {
      calls += 1;
    }),
  (manager, index) =>
    manager.with(contextOf(index), () => {
      ++calls;
    }),
  (manager, index) =>
    manager.with(contextOf(index), () => {
      calls = calls + 1;
    }),
];

export const withLoop: ContextWorkload = (manager, budget) => {
  const lap = (count: number) => {
    const before = calls;
    for (let i = 0; i < count; i++) callSites[i & 3]?.(manager, i);
    if (calls - before !== count) throw new Error('with() did not call its function exactly once each time.');
  };
  return timeLaps((count) => manager.with(contextOf(0), lap, undefined, count), budget);
};

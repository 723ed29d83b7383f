/** Calls of bound functions, in a flow that has another context, which each lap sets anew: zone.js loses it at an `await`. */
import { timeLaps } from '../../measure/stopwatch.js';
import type { ContextWorkload } from './context-workload.js';
import { contextOf } from './contexts.js';

export const boundLoop: ContextWorkload = (manager, budget) => {
  let calls = 0;
  const bound = [1, 2, 3, 4].map((index) =>
    manager.bind(contextOf(index), (step: number) => {
      calls += step;
    }),
  );
  const lap = (count: number) => {
    const before = calls;
    for (let i = 0; i < count; i++) bound[i & 3]?.(1);
    if (calls - before !== count) throw new Error('A bound function was not called exactly once each time.');
  };
  return timeLaps((count) => manager.with(contextOf(0), lap, undefined, count), budget);
};

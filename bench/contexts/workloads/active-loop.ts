/** `active` in a flow that has a context. Each lap sets it anew, because zone.js loses it between laps, at an `await`. */
import { timeLaps } from '../../measure/stopwatch.js';
import type { ContextWorkload } from './context-workload.js';
import { contextOf } from './contexts.js';

export const activeLoop: ContextWorkload = (manager, budget) => {
  const expected = contextOf(1);
  const lap = (count: number) => {
    let hits = 0;
    for (let i = 0; i < count; i++) if (manager.active() === expected) hits++;
    if (hits !== count) throw new Error('active() did not return the context each time.');
  };
  return timeLaps((count) => manager.with(expected, lap, undefined, count), budget);
};

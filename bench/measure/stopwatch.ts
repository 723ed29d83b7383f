import type { SampleBudget } from '../suite/sample-budget.js';
import { median } from './statistics.js';

/** Repeats an operation `count` times. */
export type Lap = (count: number) => void | Promise<void>;

/** A lap lasts at least this many clock ticks, since browsers make the clock coarse. */
const MIN_TICKS_PER_LAP = 100;

/**
 * Times an operation. The warm-up doubles the number of operations per lap until a lap is long enough.
 * @returns nanoseconds per operation: the median of the laps
 */
export async function timeLaps(lap: Lap, budget: SampleBudget): Promise<number> {
  const lapMs = Math.max(budget.lapMs, MIN_TICKS_PER_LAP * clockTickMs());
  let count = 1;
  const start = performance.now();
  let last = await lapDuration(lap, count);
  while (last < lapMs || performance.now() - start < budget.warmUpMs) {
    if (last < lapMs) count *= 2;
    last = await lapDuration(lap, count);
  }
  const times: number[] = [];
  for (let i = 0; i < budget.lapCount; i++) times.push(await lapDuration(lap, count));
  return (median(times) / count) * 1e6;
}

async function lapDuration(lap: Lap, count: number): Promise<number> {
  const start = performance.now();
  await lap(count);
  return performance.now() - start;
}

/** Length of a clock tick: the shortest of five observations, since an interruption can lengthen one. */
function clockTickMs(): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    shortest = Math.min(shortest, now - start);
  }
  return shortest;
}

import type { Pace } from '../suite/sample-budget.js';
import { median } from './statistics.js';

/** Does an operation `count` times. */
export type Lap = (count: number) => void | Promise<void>;

/** A lap takes this many steps of the clock at least, which browsers make coarse. */
const STEPS = 100;

/** Nanoseconds an operation: the median of the laps, after a warm-up in which a lap grows until it is long enough. */
export async function timeLaps(lap: Lap, pace: Pace): Promise<number> {
  const lapMs = Math.max(pace.lapMs, STEPS * clockStep());
  let count = 1;
  const start = performance.now();
  let last = await elapsed(lap, count);
  while (last < lapMs || performance.now() - start < pace.warmUpMs) {
    if (last < lapMs) count *= 2;
    last = await elapsed(lap, count);
  }
  const times: number[] = [];
  for (let i = 0; i < pace.laps; i++) times.push(await elapsed(lap, count));
  return (median(times) / count) * 1e6;
}

async function elapsed(lap: Lap, count: number): Promise<number> {
  const start = performance.now();
  await lap(count);
  return performance.now() - start;
}

/** In milliseconds: the smallest of a few, since something may come between. */
function clockStep(): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    smallest = Math.min(smallest, now - start);
  }
  return smallest;
}

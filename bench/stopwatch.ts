import type { Pace } from './pace.js';
import { median } from './statistics.js';

/** Does an operation `count` times. */
export type Lap = (count: number) => void | Promise<void>;

/** Nanoseconds an operation: the median of the laps, after a warm-up in which a lap grows until it is long enough. */
export async function timeLaps(lap: Lap, pace: Pace): Promise<number> {
  let count = 1;
  const start = performance.now();
  let last = await elapsed(lap, count);
  while (last < pace.lapMs || performance.now() - start < pace.warmUpMs) {
    if (last < pace.lapMs) count *= 2;
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

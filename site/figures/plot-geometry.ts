/**
 * Where the elements of a plot are. A plot over three or more counts has lines, and one over fewer has rows:
 *
 *     lines                              rows
 *     │      ┬                                 Throughline ├──●─┤
 *     │  ┬───●     each point with       the runtime’s own │      ├─●─┤
 *     │  ●   ┴     its range                               └───────────
 *     └──────────                                           figure or ratio
 *        count
 */
import type { Summary } from '@throughline/bench/statistics';

export type ScaleName = 'linear' | 'log';

/** Maps values to positions, in pixels. */
export interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
}

/**
 * @param values what must be visible
 * @param from the position of the least value
 * @param to the position of the greatest value
 * @param isFromZero whether a linear scale begins at zero
 */
export function createScale(
  name: ScaleName,
  values: readonly number[],
  from: number,
  to: number,
  isFromZero = true,
): Scale {
  const positive = values.filter((value) => value > 0);
  if (name === 'log' && positive.length > 0) {
    const low = 10 ** Math.floor(Math.log10(Math.min(...positive)));
    const high = Math.max(10 ** Math.ceil(Math.log10(Math.max(...positive))), low * 10);
    const position = (value: number) => Math.log(Math.max(value, low) / low) / Math.log(high / low);
    return { at: (value) => from + position(value) * (to - from), ticks: logTicks(low, high) };
  }
  const low = isFromZero ? Math.min(0, ...values) : Math.min(...values);
  const step = stepOf(Math.max(...values) - low || 1);
  const high = Math.ceil((Math.max(...values) - low) / step + 1e-9) * step + low || 1;
  const count = Math.round((high - low) / step);
  return {
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: count + 1 }, (_, index) => low + index * step),
  };
}

/** Powers of ten, and if there are few of them, also 2 and 5 times each. */
function logTicks(low: number, high: number): number[] {
  const powers: number[] = [];
  for (let power = low; power <= high * 1.001; power *= 10) powers.push(power);
  if (powers.length > 3) return powers;
  return powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((tick) => tick <= high * 1.001);
}

/** The round step that divides a range into four to ten parts. */
function stepOf(range: number): number {
  const power = 10 ** Math.floor(Math.log10(range / 4));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => range / step <= 8) ?? 10 * power;
}

/** Whether a logarithmic scale shows the values better: the greatest is more than 20 times the least. */
export function suitsLog(values: readonly number[]): boolean {
  return values.every((value) => value > 0) && Math.max(...values) > 20 * Math.min(...values);
}

/** Whether a plot over these counts has lines. */
export function hasLines(counts: readonly number[]): boolean {
  return counts.length >= 3;
}

/** Returns the positions of counts. Those that grow by factors are on a logarithmic scale, unless there is a zero. */
export function createCountScale(counts: readonly number[], from: number, to: number): Scale {
  const [least = 0, greatest = 0] = [Math.min(...counts), Math.max(...counts)];
  if (least > 0 && greatest >= 50 * least) {
    const position = (count: number) => Math.log(count / least) / Math.log(greatest / least);
    return { at: (count) => from + position(count) * (to - from), ticks: counts };
  }
  if (least > 0) {
    return { at: (count) => from + ((count - least) / (greatest - least)) * (to - from), ticks: counts };
  }
  return { at: (count) => from + (counts.indexOf(count) / (counts.length - 1)) * (to - from), ticks: counts };
}

export function extremesOf(summaries: readonly Summary[]): number[] {
  return summaries.flatMap(({ min, median, max }) => [min, median, max]);
}

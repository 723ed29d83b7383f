/** The notation of figures, in the terminal, in docs/benchmarks.md and in the README. */
import type { Summary } from '../measure/statistics.js';
import type { Unit } from '../suite/suite.js';

export function formatNanoseconds(value: number): string {
  if (Math.abs(value) < 1e3) return `${formatNumber(value)} ns`;
  return Math.abs(value) < 1e6 ? `${formatNumber(value / 1e3)} µs` : `${formatNumber(value / 1e6)} ms`;
}

export function formatFigure(unit: Unit, value: number): string {
  switch (unit) {
    case 'ns':
      return formatNanoseconds(value);
    case 'requests/s':
      return `${formatCount(value)}/s`;
    case 'bytes/s':
      return `${formatBytes(value)}/s`;
    case 'bytes':
      return formatBytes(value);
    case 'times':
      return `${value.toFixed(3)} ×`;
    case 'count':
      return formatCount(value);
  }
}

/** The median and the range, or only the median if all figures are equal. */
export function formatWithSpread(unit: Unit, { median, min, max }: Summary): string {
  if (min === max) return formatFigure(unit, median);
  return `${formatFigure(unit, median)} (${formatFigure(unit, min)} to ${formatFigure(unit, max)})`;
}

export function formatDifference(unit: Unit, { median, min, max }: Summary): string {
  return `${formatFigure(unit, median)} above (${formatFigure(unit, min)} to ${formatFigure(unit, max)})`;
}

/** Ratios below 0.1 become fractions such as 1/14. */
export function formatRatio(value: number): string {
  if (value < 0.1) return `1/${Math.round(1 / value)}`;
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}

/** The median and the range, or only the median if all ratios are equal. */
export function formatRatioWithSpread({ median, min, max }: Summary): string {
  if (min === max) return formatRatio(median);
  return `${formatRatio(median)} (${formatRatio(min)} to ${formatRatio(max)})`;
}

export function formatStorageCount(count: number): string {
  return count === 1 ? '1 storage' : `${count} storages`;
}

/** With separators between thousands, such as `1,000,000`. */
export function formatLargeCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** As short as the ticks of an axis must be: 10, 100, 1k, 10k, 1M. */
export function formatTick(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e3 ? `${value / 1e3}k` : String(value);
}

function formatBytes(value: number): string {
  if (Math.abs(value) < 1e3) return `${formatNumber(value)} B`;
  return Math.abs(value) < 1e6 ? `${formatNumber(value / 1e3)} kB` : `${formatNumber(value / 1e6)} MB`;
}

function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
}

/** One decimal below 100, except for integers. */
function formatNumber(value: number): string {
  return Math.abs(value) >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}

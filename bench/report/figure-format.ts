/** How figures are written, in the terminal and in the README. */
import type { Summary } from '../measure/statistics.js';
import type { Unit } from '../suite/suite.js';

export function ns(value: number): string {
  if (value < 1e3) return `${digits(value)} ns`;
  return value < 1e6 ? `${digits(value / 1e3)} µs` : `${digits(value / 1e6)} ms`;
}

export function perSecond(value: number): string {
  return `${count(value)}/s`;
}

export function bytes(value: number): string {
  if (Math.abs(value) < 1e3) return `${digits(value)} B`;
  return Math.abs(value) < 1e6 ? `${digits(value / 1e3)} kB` : `${digits(value / 1e6)} MB`;
}

/** A figure in its unit. */
export function inUnit(unit: Unit, value: number): string {
  switch (unit) {
    case 'ns':
      return ns(value);
    case 'requests/s':
      return perSecond(value);
    case 'bytes/s':
      return `${bytes(value)}/s`;
    case 'bytes':
      return bytes(value);
    case 'times':
      return `${value.toFixed(3)} ×`;
    case 'count':
      return count(value);
  }
}

/** Without the spread where there is none. */
export function withSpread(unit: Unit, { median, min, max }: Summary): string {
  if (min === max) return inUnit(unit, median);
  return `${inUnit(unit, median)} (${inUnit(unit, min)} to ${inUnit(unit, max)})`;
}

export function difference(unit: Unit, { median, min, max }: Summary): string {
  return `${inUnit(unit, median)} above (${inUnit(unit, min)} to ${inUnit(unit, max)})`;
}

export function ratio(value: number): string {
  if (value < 0.1) return `1/${Math.round(1 / value)}`;
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}

export function ratioWithSpread({ median, min, max }: Summary): string {
  return `${ratio(median)} (${ratio(min)} to ${ratio(max)})`;
}

export function storages(k: number): string {
  return k === 1 ? '1 storage' : `${k} storages`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
}

function digits(value: number): string {
  return Math.abs(value) >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}

/** How figures are written, in the terminal and in the README. */
import type { Summary } from './statistics.js';

export function ns(value: number): string {
  if (value < 1e3) return `${digits(value)} ns`;
  return value < 1e6 ? `${digits(value / 1e3)} µs` : `${digits(value / 1e6)} ms`;
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en-US').replaceAll(',', ' ')}/s`;
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

function digits(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}

/**
 * The time scale of a checkout, as percentages. It is the same for all checkouts, so that their bars can be compared, and
 * longer than nearly all of them take, so that no bar moves while a checkout runs.
 */
import type { TracedSpan } from './trace.js';

const SCALE_MS = 2100;

/** @returns for each span, where its bar begins and ends; an open one ends now */
export function barsOf(spans: readonly TracedSpan[]): { start: number; end: number }[] {
  const now = Date.now();
  const firstStart = Math.min(...spans.map(({ startTime }) => startTime));
  const lastEnd = Math.max(...spans.map(({ endTime }) => endTime ?? now));
  const percentPerMs = 100 / Math.max(SCALE_MS, lastEnd - firstStart);
  return spans.map(({ startTime, endTime = now }) => ({
    start: (startTime - firstStart) * percentPerMs,
    end: (endTime - firstStart) * percentPerMs,
  }));
}

/** Places a bar, whose style sheet clips it to these custom properties. */
export function placeBar(bar: HTMLElement, { start, end }: { start: number; end: number }): void {
  bar.style.setProperty('--start', `${start}%`);
  bar.style.setProperty('--end', `${end}%`);
}

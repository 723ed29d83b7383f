/**
 * The waterfall chart of an order: a row for each span, indented below its parent, with a bar on the time
 * scale of the page. The scale is the same for all orders, so bars of different orders can be compared, and it is longer
 * than most orders take, so no bar moves while the order runs.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** The length of the time scale. An order that takes longer has a longer scale. */
const SCALE_MS = 3000;

interface Row {
  readonly span: ReadableSpan;
  readonly depth: number;
  readonly bar: HTMLElement;
  readonly duration: HTMLElement;
}

export class Waterfall {
  readonly element = document.createElement('ol');
  readonly #rows: Row[] = [];

  /** @param parent the parent of the span, or undefined if the span has no parent in this order */
  add(span: ReadableSpan, parent: ReadableSpan | undefined): void {
    const depth = parent === undefined ? 0 : 1 + (this.#rows.find((row) => row.span === parent)?.depth ?? 0);
    const row = document.createElement('li');
    const name = document.createElement('span');
    name.textContent = span.name;
    name.style.setProperty('--depth', `${depth}`);
    const track = document.createElement('span');
    track.className = 'track';
    const bar = document.createElement('i');
    track.append(bar);
    const duration = document.createElement('span');
    duration.className = 'duration';
    row.append(name, track, duration);
    if (parent !== undefined) row.append(hiddenText(`, child of ${parent.name}`));
    row.className = parent === undefined && this.#rows.length > 0 ? 'lost' : '';
    this.element.append(row);
    this.#rows.push({ span, depth, bar, duration });
    this.draw();
  }

  /** Positions all bars on one scale, which begins at the first start. */
  draw(): void {
    const firstStart = Math.min(...this.#rows.map(({ span }) => milliseconds(span.startTime)));
    const lastEnd = Math.max(...this.#rows.map(({ span }) => endOf(span)));
    const percentPerMs = 100 / Math.max(SCALE_MS, lastEnd - firstStart);
    for (const { span, bar, duration } of this.#rows) {
      const start = milliseconds(span.startTime);
      bar.style.setProperty('--start', `${(start - firstStart) * percentPerMs}%`);
      bar.style.setProperty('--end', `${(endOf(span) - firstStart) * percentPerMs}%`);
      bar.className = span.ended ? '' : 'open';
      if (span.ended && duration.textContent === '') duration.textContent = `${Math.round(endOf(span) - start)} ms`;
    }
  }
}

/** Text for assistive technology, which the indentation shows to everyone else. */
function hiddenText(text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = 'visually-hidden';
  element.textContent = text;
  return element;
}

/** The end of a span in milliseconds; the current time if the span is still open. */
function endOf(span: ReadableSpan): number {
  return span.ended ? milliseconds(span.endTime) : Date.now();
}

function milliseconds([seconds, nanoseconds]: ReadableSpan['startTime']): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

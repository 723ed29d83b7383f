/**
 * The waterfall chart of an order: a row for each span, indented below its parent, with a bar on a common time scale.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

interface Row {
  readonly span: ReadableSpan;
  readonly depth: number;
  readonly bar: HTMLElement;
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
    const bar = document.createElement('i');
    track.append(bar);
    row.append(name, track);
    row.className = parent === undefined && this.#rows.length > 0 ? 'lost' : '';
    this.element.append(row);
    this.#rows.push({ span, depth, bar });
    this.draw();
  }

  /** Positions all bars on one scale, from the first start to the last end. */
  draw(): void {
    const firstStart = Math.min(...this.#rows.map(({ span }) => milliseconds(span.startTime)));
    const lastEnd = Math.max(...this.#rows.map(({ span }) => endOf(span)));
    const percentPerMs = 100 / Math.max(1, lastEnd - firstStart);
    for (const { span, bar } of this.#rows) {
      const start = milliseconds(span.startTime);
      bar.style.left = `${(start - firstStart) * percentPerMs}%`;
      bar.style.width = `${(endOf(span) - start) * percentPerMs}%`;
      bar.className = span.ended ? '' : 'open';
    }
  }
}

/** The end of a span in milliseconds; the current time if the span is still open. */
function endOf(span: ReadableSpan): number {
  return span.ended ? milliseconds(span.endTime) : Date.now();
}

function milliseconds([seconds, nanoseconds]: ReadableSpan['startTime']): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

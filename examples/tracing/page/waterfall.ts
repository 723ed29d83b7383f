/** The picture of an order: a row for each of its spans, further in than the one that it hangs under. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

interface Row {
  readonly span: ReadableSpan;
  readonly depth: number;
  readonly bar: HTMLElement;
}

export class Waterfall {
  readonly element = document.createElement('ol');
  readonly #rows: Row[] = [];

  /** @param parent the span that this one hangs under; undefined where it hangs under none of this order's */
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

  /** All bars share one scale: from the first start to the last end. */
  draw(): void {
    const first = Math.min(...this.#rows.map(({ span }) => milliseconds(span.startTime)));
    const last = Math.max(...this.#rows.map(({ span }) => endOf(span)));
    const scale = 100 / Math.max(1, last - first);
    for (const { span, bar } of this.#rows) {
      const start = milliseconds(span.startTime);
      bar.style.left = `${(start - first) * scale}%`;
      bar.style.width = `${(endOf(span) - start) * scale}%`;
      bar.className = span.ended ? '' : 'open';
    }
  }
}

function endOf(span: ReadableSpan): number {
  return span.ended ? milliseconds(span.endTime) : Date.now();
}

function milliseconds([seconds, nanoseconds]: ReadableSpan['startTime']): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

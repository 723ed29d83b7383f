/** The waterfall of a checkout: a row for each span, indented below its parent, with a bar on a time scale. */
import { barsOf, placeBar } from './time-scale.js';
import type { TracedSpan, TraceView } from './trace.js';

interface Row {
  readonly bar: HTMLElement;
  readonly duration: HTMLElement;
}

export class Waterfall implements TraceView {
  readonly element = document.createElement('ol');
  readonly #rows: Row[] = [];

  draw(spans: readonly TracedSpan[]): void {
    const bars = barsOf(spans);
    for (const [index, span] of spans.entries()) {
      this.#rows[index] ??= this.#addRow(span);
      const { bar, duration } = this.#rows[index];
      const { start, end } = bars[index] ?? { start: 0, end: 0 };
      placeBar(bar, { start, end });
      bar.className = span.endTime === undefined ? 'open' : '';
      if (span.endTime !== undefined) duration.textContent = `${Math.round(span.endTime - span.startTime)} ms`;
    }
  }

  #addRow({ name, parent, missingParent, depth }: TracedSpan): Row {
    const row = document.createElement('li');
    const label = document.createElement('span');
    label.className = 'name';
    label.textContent = name;
    label.style.setProperty('--depth', `${depth}`);
    const track = document.createElement('span');
    track.className = 'track';
    const bar = document.createElement('i');
    track.append(bar);
    const duration = document.createElement('span');
    duration.className = 'duration';
    row.append(label, track, duration);
    if (missingParent !== undefined) {
      row.className = 'wrong';
      label.append(hiddenText(`, without its parent ${missingParent}`));
    } else if (parent !== undefined) {
      row.className = 'child';
      label.append(hiddenText(`, child of ${parent.name}`));
    }
    this.element.append(row);
    return { bar, duration };
  }
}

/** Text for assistive technology, which the indentation and the color show to everyone else. */
function hiddenText(text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = 'visually-hidden';
  element.textContent = text;
  return element;
}

/** The small waterfall of a mode in the mode switch, where all three modes can be compared at a glance. */
import { SPANS_PER_CHECKOUT } from './expected-parents.js';
import { barsOf, placeBar } from './time-scale.js';
import type { TracedSpan, TraceView } from './trace.js';

export class Thumbnail implements TraceView {
  readonly element = document.createElement('span');
  readonly #bars: HTMLElement[];

  constructor() {
    this.element.className = 'thumbnail';
    // Hidden from assistive technology, because the waterfalls hold the same information.
    this.element.ariaHidden = 'true';
    this.#bars = Array.from({ length: SPANS_PER_CHECKOUT }, () => document.createElement('i'));
    this.element.append(...this.#bars);
  }

  draw(spans: readonly TracedSpan[]): void {
    const places = barsOf(spans);
    for (const [index, bar] of this.#bars.entries()) {
      const span = spans[index];
      placeBar(bar, places[index] ?? { start: 0, end: 0 });
      bar.className = span === undefined ? '' : span.missingParent === undefined ? 'right' : 'wrong';
    }
  }
}

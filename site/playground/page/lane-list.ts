/** Draws the lanes of the flows: for each one a bar on a time scale that all share, and a button for each of its reads. */
import type { ProgramPlace } from '../compile/program-error.js';
import { element } from './elements.js';
import type { FlowLanes, FlowRead, Lane } from './flow-lanes.js';

/** Distinct colors; further values begin again with the first. */
const HUES = [258, 78, 160, 325, 210, 45, 290, 120];
/** The shortest time scale, in milliseconds. */
const SHORTEST_SCALE = 100;

export class LaneList {
  readonly element = element('div', { class: 'tp-lanes' });
  readonly #onSelect: (place: ProgramPlace) => void;
  readonly #hues = new Map<string, number>();
  #isDrawing = false;

  /** @param onSelect receives the place of a read that the user has selected */
  constructor(onSelect: (place: ProgramPlace) => void) {
    this.#onSelect = onSelect;
  }

  /** Draws in the next frame: a program can cause many events at once. */
  show(lanes: FlowLanes): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    // A hidden page draws no frames.
    setTimeout(() => {
      this.#isDrawing = false;
      this.#draw(lanes);
    }, 40);
  }

  #draw(lanes: FlowLanes): void {
    const scale = Math.max(SHORTEST_SCALE, lanes.endTime);
    const items = lanes.lanes.map((lane) => this.#createLane(lane, scale));
    if (lanes.moreLanes > 0) {
      items.push(
        element('li', { class: 'tp-more' }, `${lanes.moreLanes.toLocaleString('en')} more flows are not shown`),
      );
    }
    this.element.replaceChildren(element('ol', {}, ...items));
  }

  #createLane(lane: Lane, scale: number): HTMLElement {
    const title =
      lane.number === 0
        ? [element('strong', {}, 'No flow')]
        : [element('strong', {}, `Flow ${lane.number}`), ' ', this.#colored('code', lane.value)];
    const reads = lane.reads.map((read) => element('li', {}, this.#createRead(read)));
    if (lane.moreReads > 0)
      reads.push(element('li', { class: 'tp-more' }, `${lane.moreReads.toLocaleString('en')} more`));
    return element(
      'li',
      { class: lane.number === 0 ? 'tp-lane tp-outside' : 'tp-lane' },
      element('p', { class: 'tp-lane-title' }, ...title, element('span', { class: 'tp-time' }, timeText(lane))),
      this.#createBar(lane, scale),
      reads.length > 0
        ? element('ol', { class: 'tp-reads' }, ...reads)
        : element('p', { class: 'tp-more' }, 'no reads yet'),
    );
  }

  #createBar({ startTime, lastTime, reads, value }: Lane, scale: number): HTMLElement {
    const bar = element('div', { class: 'tp-bar', 'aria-hidden': 'true' });
    const part = (name: string, from: number, to: number) => {
      const drawn = element('i', { class: name });
      drawn.style.left = `${(from / scale) * 100}%`;
      drawn.style.width = `${((to - from) / scale) * 100}%`;
      bar.append(drawn);
      return drawn;
    };
    this.#color(part('tp-span', startTime, lastTime), value);
    for (const read of reads)
      this.#color(part(read.isWrong ? 'tp-tick tp-wrong' : 'tp-tick', read.time, read.time), read.value);
    return bar;
  }

  #createRead({ value, isWrong, place, storage, time }: FlowRead): HTMLElement {
    const line = place === undefined ? '' : `line ${place.line}`;
    const wrong = isWrong ? 'wrong value: ' : '';
    const read = element(
      'button',
      {
        type: 'button',
        class: isWrong ? 'tp-read tp-wrong' : 'tp-read',
        title: `${wrong}${storage} is ${value}, ${line} at ${Math.round(time)} ms`,
      },
      ...(isWrong ? [element('span', { class: 'tp-hidden' }, wrong)] : []),
      value,
      element('small', {}, line),
    );
    this.#color(read, value);
    if (place === undefined) read.disabled = true;
    else read.addEventListener('click', () => this.#onSelect(place));
    return read;
  }

  #colored(name: 'code', value: string): HTMLElement {
    const colored = element(name, {}, value);
    this.#color(colored, value);
    return colored;
  }

  /** Each value has its color, wherever it is read. */
  #color(drawn: HTMLElement, value: string): void {
    if (value === '' || value === 'undefined') return;
    const hue = this.#hues.get(value) ?? HUES[this.#hues.size % HUES.length] ?? 0;
    this.#hues.set(value, hue);
    drawn.style.setProperty('--hue', String(hue));
    drawn.classList.add('tp-colored');
  }
}

function timeText({ startTime, lastTime }: Lane): string {
  return `${Math.round(startTime)}–${Math.round(lastTime)} ms`;
}

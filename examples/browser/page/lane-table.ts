/**
 * The table of a mode's lanes: one row per click, one column per step, and in each cell the user that the step read.
 */
import { stepNames } from '../flow/order-steps.js';
import { LANES_PER_USER, type Lane, type LaneView, users } from './click-lanes.js';

export class LaneTable implements LaneView {
  readonly element = document.createElement('table');
  readonly #rows: HTMLElement[][] = [];

  constructor(caption: string) {
    this.element.createCaption().textContent = caption;
    const heading = this.element.createTHead().insertRow();
    heading.append(...['click by', ...stepNames].map((name) => header('col', span(name))));
    for (const user of users) {
      const body = this.element.createTBody();
      body.className = user.replace(' ', '-');
      for (let lane = 0; lane < LANES_PER_USER; lane++) {
        const row = body.insertRow();
        row.append(header('row', ...wordSpans(user)));
        this.#rows.push(stepNames.map(() => row.insertCell()));
      }
    }
  }

  show(index: number, lane: Lane): void {
    for (const [step, cell] of (this.#rows[index] ?? []).entries()) {
      const isRead = step < lane.reads.length;
      const text = isRead ? (lane.reads[step] ?? 'none') : '';
      cell.className = cellState(lane, step);
      if (cell.textContent !== text) cell.replaceChildren(...wordSpans(text));
    }
  }
}

/**
 * The state of a step, as the CSS class of its cell: `read` (the step read its own user), `wrong` (it read another
 * value), `now` (it is the next step to read), or an empty string (the flow has not reached it).
 */
export function cellState({ reads, user, isRunning }: Lane, step: number): 'read' | 'wrong' | 'now' | '' {
  if (step < reads.length) return reads[step] === user ? 'read' : 'wrong';
  return isRunning && step === reads.length ? 'now' : '';
}

/**
 * Wraps each word in a span. On narrow screens CSS hides the class `long`, which is all words but the last, from all but
 * assistive technology.
 */
function wordSpans(text: string): HTMLElement[] {
  return text.split(/(?<= )/).map((word, index, words) => span(word, index < words.length - 1 ? 'long' : ''));
}

function span(text: string, className = ''): HTMLElement {
  const element = document.createElement('span');
  element.textContent = text;
  element.className = className;
  return element;
}

function header(scope: string, ...content: (HTMLElement | string)[]): HTMLElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.append(...content);
  return cell;
}

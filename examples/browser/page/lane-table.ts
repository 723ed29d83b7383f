/** The large picture of a mode's lanes: a row for each, with the user that each step has read. */
import { stepNames } from '../flow/messages.js';
import { LANES_PER_USER, type Lane, type LaneView, users } from './click-lanes.js';

export class LaneTable implements LaneView {
  readonly element = document.createElement('table');
  readonly #rows: HTMLElement[][] = [];

  constructor(caption: string) {
    this.element.createCaption().textContent = caption;
    const heading = this.element.createTHead().insertRow();
    heading.append(...['click of', ...stepNames].map((name) => header('col', name)));
    for (const user of users) {
      const body = this.element.createTBody();
      body.className = user.replace(' ', '-');
      for (let lane = 0; lane < LANES_PER_USER; lane++) {
        const row = body.insertRow();
        row.append(header('row', ...words(user)));
        this.#rows.push(stepNames.map(() => row.insertCell()));
      }
    }
  }

  show(index: number, lane: Lane): void {
    for (const [step, cell] of (this.#rows[index] ?? []).entries()) {
      const isRead = step < lane.reads.length;
      const text = isRead ? (lane.reads[step] ?? 'none') : '';
      cell.className = cellState(lane, step);
      if (cell.textContent !== text) cell.replaceChildren(...words(text));
    }
  }
}

/** Where a step of a lane stands: `read`, `wrong` (another's value), `now`, or nothing yet. */
export function cellState({ reads, user, isRunning }: Lane, step: number): 'read' | 'wrong' | 'now' | '' {
  if (step < reads.length) return reads[step] === user ? 'read' : 'wrong';
  return isRunning && step === reads.length ? 'now' : '';
}

/** Narrow pages show the last word only. */
function words(text: string): HTMLElement[] {
  return text.split(/(?<= )/).map((word, index, all) => {
    const span = document.createElement('span');
    span.textContent = word;
    if (index < all.length - 1) span.className = 'long';
    return span;
  });
}

function header(scope: string, ...content: (HTMLElement | string)[]): HTMLElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.append(...content);
  return cell;
}

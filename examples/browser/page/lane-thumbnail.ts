/** The small picture of a mode's lanes in the mode switch, where all three modes can be compared at a glance. */
import { stepNames } from '../flow/order-steps.js';
import { LANES_PER_USER, type Lane, type LaneView, users } from './click-lanes.js';
import { cellState } from './lane-table.js';

export class LaneThumbnail implements LaneView {
  readonly element = document.createElement('span');
  readonly #rows: HTMLElement[][] = [];

  constructor() {
    this.element.className = 'thumbnail';
    // Hidden from assistive technology, because the table holds the same information.
    this.element.ariaHidden = 'true';
    for (const user of users) {
      for (let lane = 0; lane < LANES_PER_USER; lane++) {
        const row = document.createElement('span');
        row.className = user.replace(' ', '-');
        const cells = stepNames.map(() => document.createElement('i'));
        row.append(...cells);
        this.element.append(row);
        this.#rows.push(cells);
      }
    }
  }

  show(index: number, lane: Lane): void {
    for (const [step, cell] of (this.#rows[index] ?? []).entries()) cell.className = cellState(lane, step);
  }
}

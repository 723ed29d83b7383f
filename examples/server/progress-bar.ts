/**
 * Progress on a terminal: one line that is redrawn in place. In a file, a pipe or a build log: one line per quarter.
 */
import { faint, green, print } from './terminal.js';

const CELLS = 30;
const REDRAW_MS = 80;

const canRedraw = process.stdout.isTTY && process.env.TERM !== 'dumb';

export class ProgressBar {
  readonly #label: string;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #quarter = 0;

  /** @param label follows the percentage: 'of 3,000 requests' */
  constructor(label: string) {
    this.#label = label;
  }

  /** @param done the completed share, from 0 to 1 */
  show(done: number): void {
    if (!canRedraw) {
      this.#showQuarter(done);
      return;
    }
    const now = performance.now();
    if (now - this.#drawnAt < REDRAW_MS && done < 1) return;
    this.#drawnAt = now;
    const full = Math.round(done * CELLS);
    const bar = green('━'.repeat(full)) + faint('─'.repeat(CELLS - full));
    process.stdout.write(`\r  ${bar} ${percent(done)} ${faint(this.#label)}\x1b[K`);
  }

  /** Removes the bar, so that the next output takes its line. */
  clear(): void {
    if (canRedraw) process.stdout.write('\r\x1b[K');
    else print();
  }

  #showQuarter(done: number): void {
    const quarter = Math.floor(done * 4);
    if (quarter === this.#quarter) return;
    this.#quarter = quarter;
    print(`  ${percent(quarter / 4)} ${this.#label}`);
  }
}

function percent(done: number): string {
  return `${Math.floor(done * 100)}%`.padStart(4);
}

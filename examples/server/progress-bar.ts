/** On a terminal, one line that is written over; elsewhere (a file, a pipe, a log of a build) a line at each quarter. */
import { faint, green, print } from './terminal.js';

const CELLS = 30;
const INTERVAL_MS = 80;

const onTerminal = process.stdout.isTTY && process.env.TERM !== 'dumb';

export class ProgressBar {
  readonly #what: string;
  #drawn = Number.NEGATIVE_INFINITY;
  #quarter = 0;

  constructor(what: string) {
    this.#what = what;
  }

  /** How much is done, from 0 to 1. */
  show(done: number): void {
    if (!onTerminal) {
      this.#showQuarter(done);
      return;
    }
    const now = performance.now();
    if (now - this.#drawn < INTERVAL_MS && done < 1) return;
    this.#drawn = now;
    const full = Math.round(done * CELLS);
    const bar = green('━'.repeat(full)) + faint('─'.repeat(CELLS - full));
    process.stdout.write(`\r  ${bar} ${percent(done)} ${faint(this.#what)}\x1b[K`);
  }

  /** Makes room for what comes next. */
  clear(): void {
    if (onTerminal) process.stdout.write('\r\x1b[K');
    else print();
  }

  #showQuarter(done: number): void {
    const quarter = Math.floor(done * 4);
    if (quarter === this.#quarter) return;
    this.#quarter = quarter;
    print(`  ${percent(quarter / 4)} ${this.#what}`);
  }
}

function percent(done: number): string {
  return `${Math.floor(done * 100)} %`.padStart(5);
}

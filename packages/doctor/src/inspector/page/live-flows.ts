/** Receives the snapshots, and reports when none arrive. */
import type { Snapshot } from '../snapshot.js';

/** Milliseconds without a snapshot after which the event loop of the process counts as busy. */
const BUSY_AFTER = 3000;

export interface LiveFlowsOptions {
  readonly onSnapshot: (snapshot: Snapshot) => void;
  /** Is called with an empty text when the problem is over. */
  readonly onProblem: (text: string) => void;
}

export class LiveFlows {
  readonly #options: LiveFlowsOptions;
  #source: EventSource | undefined;
  #lastTime = Date.now();
  #isPaused = false;

  constructor(options: LiveFlowsOptions) {
    this.#options = options;
    setInterval(() => this.#check(), 1000);
  }

  /**
   * @param parameters the filter
   * @param isPaused receives nothing, but the process goes on recording what flows wait for
   */
  open(parameters: URLSearchParams, isPaused: boolean): void {
    this.#source?.close();
    this.#isPaused = isPaused;
    this.#lastTime = Date.now();
    const query = new URLSearchParams(parameters);
    if (isPaused) query.set('paused', '');
    const source = new EventSource(`events?${query}`);
    this.#source = source;
    source.addEventListener('message', ({ data }) => {
      this.#lastTime = Date.now();
      this.#options.onProblem('');
      this.#options.onSnapshot(JSON.parse(data) as Snapshot);
    });
    source.addEventListener('open', () => this.#options.onProblem(''));
    source.addEventListener('error', () => {
      this.#options.onProblem('The process has ended, or cannot be reached. The page shows what it has last received.');
    });
  }

  #check(): void {
    const isOpen = this.#source?.readyState === EventSource.OPEN;
    if (this.#isPaused || !isOpen || Date.now() - this.#lastTime < BUSY_AFTER) return;
    const seconds = Math.round((Date.now() - this.#lastTime) / 1000);
    this.#options.onProblem(`The process has sent nothing for ${seconds} s: its event loop is busy.`);
  }
}

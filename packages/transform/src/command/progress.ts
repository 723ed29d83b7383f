/**
 * A line on a terminal that shows the progress of the command. If the stream is not a terminal, nothing is written,
 * because progress lines would only fill a log.
 */
import type { WriteStream } from 'node:tty';

const CLEAR_LINE = '\r\x1b[K';

export class Progress {
  readonly #stream: WriteStream;
  readonly #total: number;
  #begun = 0;

  /** @param total the number of steps */
  constructor(stream: WriteStream, total: number) {
    this.#stream = stream;
    this.#total = total;
  }

  /** Begins the next step. */
  begin(step: string): void {
    if (!this.#stream.isTTY) return;
    const line = `${++this.#begun}/${this.#total} ${step}`;
    this.#stream.write(CLEAR_LINE + line.slice(0, this.#stream.columns - 1));
  }

  /** Must be called before anything else is written, and at the end. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE);
  }
}

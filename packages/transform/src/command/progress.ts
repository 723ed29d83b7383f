/** A line on a terminal that says how far things are. Elsewhere it would only fill a log, and is not written. */
import type { WriteStream } from 'node:tty';

const CLEAR = '\r\x1b[K';

export class Progress {
  readonly #stream: WriteStream;
  readonly #total: number;
  #done = 0;

  constructor(stream: WriteStream, total: number) {
    this.#stream = stream;
    this.#total = total;
  }

  begin(what: string): void {
    if (!this.#stream.isTTY) return;
    const line = `${++this.#done}/${this.#total} ${what}`;
    this.#stream.write(CLEAR + line.slice(0, this.#stream.columns - 1));
  }

  /** To be called before anything else is written, and in the end. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR);
  }
}

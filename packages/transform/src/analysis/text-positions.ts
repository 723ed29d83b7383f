/**
 * Positions in the text of a file that a search has found. A walk of the syntax tree that looks for the same text can
 * skip every node that contains none of them, which is most of the tree in most files.
 */
export class TextPositions {
  readonly #positions: ArrayLike<number>;

  /** @param positions in ascending order */
  constructor(positions: ArrayLike<number>) {
    this.#positions = positions;
  }

  get isEmpty(): boolean {
    return this.#positions.length === 0;
  }

  /** Whether there is a position from `start` (inclusive) to `end` (exclusive). */
  hasBetween(start: number, end: number): boolean {
    const next = this.#positions[this.countBefore(start)];
    return next !== undefined && next < end;
  }

  /** The position with this index, in ascending order. */
  at(index: number): number {
    return this.#positions[index] as number;
  }

  /** The number of positions before `end`. */
  countBefore(end: number): number {
    const positions = this.#positions;
    let low = 0;
    let high = positions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((positions[middle] as number) < end) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

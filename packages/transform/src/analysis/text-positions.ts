/**
 * Positions in the text of a file, found without parsing it. With them a walk of the syntax tree visits only those parts in
 * which there can be something to find: most files have no such part, and most parts of the others have none.
 */
export class TextPositions {
  readonly #positions: readonly number[];

  /** @param positions in ascending order */
  constructor(positions: readonly number[]) {
    this.#positions = positions;
  }

  get isEmpty(): boolean {
    return this.#positions.length === 0;
  }

  /** Whether there is one from `start` on and before `end`. */
  hasBetween(start: number, end: number): boolean {
    const positions = this.#positions;
    let low = 0;
    let high = positions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((positions[middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    return low < positions.length && (positions[low] as number) < end;
  }
}

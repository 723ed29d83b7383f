/** A source of random numbers that a seed determines, so that they are the same on every runtime. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    // Spreads the bits, because neighboring seeds would otherwise produce similar sequences.
    this.#state = Math.imul(seed + 1, 0x9e3779b9) | 1;
  }

  /** Returns an integer from 0 to `limit` - 1. */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (Math.imul(state, 0x7a1f36d9) >>> 8) % limit;
  }

  /** Returns true in about `percent` of 100 calls. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}

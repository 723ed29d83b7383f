/** A sequence of random numbers that a 32-bit seed determines. It is the same on every runtime. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Returns an integer from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  /** Returns true with the given probability. */
  chance(probability: number): boolean {
    return this.#next() / 2 ** 32 < probability;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** A step of a Weyl sequence, whose bits are then mixed so that neighboring seeds have unrelated sequences. */
  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x3c6e8b57);
    bits = Math.imul(bits ^ (bits >>> 15), 0x7a1f36d9);
    return (bits ^ (bits >>> 16)) >>> 0;
  }
}

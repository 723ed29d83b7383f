/** A stream of random numbers that a 32-bit seed decides: the same on every runtime. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  chance(probability: number): boolean {
    return this.#next() / 2 ** 32 < probability;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** A step of a Weyl sequence, its bits then mixed so that neighbouring seeds have nothing in common. */
  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x3c6e8b57);
    bits = Math.imul(bits ^ (bits >>> 15), 0x7a1f36d9);
    return (bits ^ (bits >>> 16)) >>> 0;
  }
}

/**
 * A map of limited size that keeps what was used last, in two generations:
 *
 *     set ──▶ young ── is full ──▶ old ── young is full again ──▶ dropped
 *               ▲                   │
 *               └────── get ────────┘
 *
 * It holds only what can be computed again, so a value that is dropped costs time and nothing else. A lookup costs a
 * lookup in one or two Maps. A list in the exact order of the uses would cost more each time.
 */
export class RecentlyUsed<V> {
  readonly #maxSize: number;
  readonly #sizeOf: (value: V) => number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #youngSize = 0;

  /**
   * @param maxSize the size of each generation
   * @param sizeOf the size of a value, which must not change; default: 1, so that `maxSize` is a number of values
   */
  constructor(maxSize: number, sizeOf: (value: V) => number = () => 1) {
    this.#maxSize = maxSize;
    this.#sizeOf = sizeOf;
  }

  get(key: string): V | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    this.delete(key);
    const size = this.#sizeOf(value);
    if (size > this.#maxSize) return;
    if (this.#youngSize + size > this.#maxSize) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSize = 0;
    }
    this.#young.set(key, value);
    this.#youngSize += size;
  }

  delete(key: string): void {
    const value = this.#young.get(key);
    if (value !== undefined) {
      this.#young.delete(key);
      this.#youngSize -= this.#sizeOf(value);
    }
    this.#old.delete(key);
  }
}

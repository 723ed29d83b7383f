/** The values of a session by their keys. It uses a Map, in which a key such as `__proto__` is a key like any other. */
import { FrozenJson, sizeError, utf8Length } from './frozen-json.js';

export class StoredValues {
  readonly #values: Map<string, FrozenJson>;
  /** The sum of the sizes of all entries, or undefined until it is needed. */
  #size: number | undefined;

  private constructor(values: Map<string, FrozenJson>, size: number | undefined) {
    this.#values = values;
    this.#size = size;
  }

  static empty(): StoredValues {
    return new StoredValues(new Map(), 0);
  }

  /**
   * Restores the data from what `text` was parsed to.
   * @returns undefined if it was another text
   */
  static ofParsed(entries: unknown): StoredValues | undefined {
    if (!Array.isArray(entries)) return undefined;
    const values = new Map<string, FrozenJson>();
    for (const entry of entries) {
      if (!Array.isArray(entry) || typeof entry[0] !== 'string') return undefined;
      values.set(entry[0], FrozenJson.ofParsed(entry[1]));
    }
    return new StoredValues(values, undefined);
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** The data as JSON. */
  get text(): string {
    return `[${Array.from(this.#values, ([key, value]) => `[${JSON.stringify(key)},${value.text}]`).join()}]`;
  }

  get(key: string): unknown {
    return this.#values.get(key)?.value;
  }

  /**
   * @param maxSize how large all values and their keys together may be, in bytes of JSON
   * @throws {RequestError} `ERR_SESSION_VALUE` if they would be larger; nothing has changed then
   */
  set(key: string, value: FrozenJson, maxSize: number): void {
    const growth = sizeOf(key, value) - this.#sizeUnder(key);
    const size = this.#totalSize() + growth;
    // The limit may have been lowered since the session began. What makes such a session smaller is allowed.
    if (size > maxSize && growth > 0) throw sizeError(key, maxSize);
    this.#values.set(key, value);
    this.#size = size;
  }

  delete(key: string): void {
    if (this.#size !== undefined) this.#size -= this.#sizeUnder(key);
    this.#values.delete(key);
  }

  copy(): StoredValues {
    return new StoredValues(new Map(this.#values), this.#size);
  }

  #sizeUnder(key: string): number {
    const value = this.#values.get(key);
    return value === undefined ? 0 : sizeOf(key, value);
  }

  #totalSize(): number {
    if (this.#size === undefined) {
      this.#size = 0;
      for (const [key, value] of this.#values) this.#size += sizeOf(key, value);
    }
    return this.#size;
  }
}

/** The size of an entry in `text`: `["key",value],` */
function sizeOf(key: string, value: FrozenJson): number {
  return utf8Length(JSON.stringify(key)) + value.size + '[,],'.length;
}

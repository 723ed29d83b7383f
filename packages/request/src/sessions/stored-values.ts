/** The values of a session by their keys. It uses a Map, in which a key such as `__proto__` is a key like any other. */
import { FrozenJson, sizeError, utf8Length } from './frozen-json.js';

export class StoredValues {
  #values: Map<string, FrozenJson>;
  /** Whether a copy has the same Map, so that a change must copy it first. Most copies are never changed. */
  #isShared = false;
  /** A number of bytes that `text` has at most, or undefined until it is needed. */
  #maximumSize: number | undefined;

  private constructor(values: Map<string, FrozenJson>, maximumSize: number | undefined) {
    this.#values = values;
    this.#maximumSize = maximumSize;
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
    let entries = '';
    for (const [key, value] of this.#values) {
      entries += `${entries === '' ? '' : ','}[${JSON.stringify(key)},${value.text}]`;
    }
    return `[${entries}]`;
  }

  get(key: string): unknown {
    return this.#values.get(key)?.value;
  }

  /**
   * @param maxSize how large all values and their keys together may be, in bytes of JSON
   * @throws {RequestError} `ERR_SESSION_VALUE` if they would be larger; nothing has changed then
   */
  set(key: string, value: FrozenJson, maxSize: number): void {
    const before = this.#values.get(key);
    this.#maximumSize ??= this.#sum(maximumSizeOf);
    const maximumSize =
      this.#maximumSize + maximumSizeOf(key, value) - (before === undefined ? 0 : maximumSizeOf(key, before));
    // Nearly all sessions are so small that the exact size, which takes longer, does not matter.
    if (maximumSize > maxSize) {
      const growth = exactSizeOf(key, value) - (before === undefined ? 0 : exactSizeOf(key, before));
      // The limit may have been lowered since the session began. What makes such a session smaller is allowed.
      if (growth > 0 && this.#sum(exactSizeOf) + growth > maxSize) throw sizeError(key, maxSize);
    }
    this.#unshare();
    this.#values.set(key, value);
    this.#maximumSize = maximumSize;
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#unshare();
    this.#values.delete(key);
    if (this.#maximumSize !== undefined) this.#maximumSize -= maximumSizeOf(key, value);
  }

  copy(): StoredValues {
    const copy = new StoredValues(this.#values, this.#maximumSize);
    this.#isShared = true;
    copy.#isShared = true;
    return copy;
  }

  #unshare(): void {
    if (!this.#isShared) return;
    this.#values = new Map(this.#values);
    this.#isShared = false;
  }

  #sum(sizeOf: (key: string, value: FrozenJson) => number): number {
    let sum = 0;
    for (const [key, value] of this.#values) sum += sizeOf(key, value);
    return sum;
  }
}

/** The bytes of an entry in `text` that are not those of its key or its value: `["key",value],` */
const PUNCTUATION_SIZE = '["",],'.length;

function exactSizeOf(key: string, value: FrozenJson): number {
  return utf8Length(JSON.stringify(key)) + value.size + PUNCTUATION_SIZE - '""'.length;
}

/** A character has at most three bytes in UTF-8, and at most six if JSON escapes it. */
function maximumSizeOf(key: string, value: FrozenJson): number {
  return key.length * 6 + value.text.length * 3 + PUNCTUATION_SIZE;
}

/**
 * The values that a session can hold: those that JSON restores unchanged. A value is kept as its JSON text. Setting one
 * therefore takes a walk over it, which finds what JSON would change, and one `JSON.stringify`. It is parsed and frozen
 * when it is read for the first time.
 */
import { RequestError } from '../errors.js';

/**
 * How many arrays and objects a value may be nested in. Code that calls itself for each level, as `JSON.stringify` does,
 * runs out of stack at some thousands.
 */
const MAX_DEPTH = 1000;

/** The longest path in an error message, in characters. */
const MAX_PATH_LENGTH = 200;

/** A value that JSON can represent. */
export class FrozenJson {
  #text: string | undefined;
  #value: unknown;
  #isFrozen = false;
  #size: number | undefined;

  private constructor(text: string | undefined, value: unknown) {
    this.#text = text;
    this.#value = value;
  }

  /**
   * Copies a value. Properties that are undefined are omitted, as in JSON.
   * @param key the key of the session, for the error message
   * @param maxSize how long the JSON text may be, in characters
   * @throws {RequestError} `ERR_SESSION_VALUE` if JSON would restore a part of the value as something else, or not at
   * all, or if the value is too deep or too large
   * @see https://tc39.es/ecma262/#sec-serializejsonproperty
   */
  static copyOf(key: string, value: unknown, maxSize = Number.POSITIVE_INFINITY): FrozenJson {
    try {
      if (minimumSize(value, maxSize) === Number.POSITIVE_INFINITY) {
        const error = new ProblemSearch(key, maxSize).errorFor(value);
        if (error !== undefined) throw error;
      }
      const text = JSON.stringify(value);
      if (text.length > maxSize) throw sizeError(key, maxSize);
      return new FrozenJson(text, undefined);
    } catch (error) {
      // The caller was near the end of its stack, or the text would be longer than a string can be.
      if (error instanceof RangeError) throw valueError(key, 'too deep or too large', error);
      throw error;
    }
  }

  /** Wraps a value that was just parsed, and that no other code can change. */
  static ofParsed(value: unknown): FrozenJson {
    return new FrozenJson(undefined, value);
  }

  /** The value as JSON. */
  get text(): string {
    this.#text ??= JSON.stringify(this.#value);
    return this.#text;
  }

  /** The length of the text in UTF-8, in bytes. */
  get size(): number {
    this.#size ??= utf8Length(this.text);
    return this.#size;
  }

  /** The value, frozen. */
  get value(): unknown {
    if (!this.#isFrozen) {
      if (this.#text !== undefined) this.#value = JSON.parse(this.#text);
      deepFreeze(this.#value);
      this.#isFrozen = true;
    }
    return this.#value;
  }
}

/** Created when it is first used: Jest with jsdom lacks the class, and must be able to load this module. */
let encoder: TextEncoder | undefined;

/** The length of a text in UTF-8, in bytes. */
export function utf8Length(text: string): number {
  encoder ??= new TextEncoder();
  return encoder.encode(text).length;
}

/**
 * Returns a number of bytes that the JSON of a value has at least.
 * @param limit ends the walk early, so that a value that cannot be kept takes no longer than one that can
 * @returns `Infinity` if the value cannot be kept
 */
function minimumSize(value: unknown, limit: number): number {
  return typeof value === 'object' && value !== null ? minimumSizeOfContainer(value, 0, limit) : sizeOfPrimitive(value);
}

// The two functions are separate because engines inline a function only if it does not call itself. With one function,
// an array of numbers takes three times as long. Benchmark: npm run bench:sessions

function sizeOfPrimitive(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2;
    case 'number':
      return Number.isFinite(value) ? 1 : Number.POSITIVE_INFINITY;
    case 'boolean':
      return 4;
    default:
      return value === null ? 4 : Number.POSITIVE_INFINITY;
  }
}

/** @param depth the number of arrays and objects that the container is in */
function minimumSizeOfContainer(container: object, depth: number, limit: number): number {
  if (depth === MAX_DEPTH) return Number.POSITIVE_INFINITY;
  let size = 1;
  if (Array.isArray(container)) {
    // An index reads a hole as undefined, which is rejected.
    for (let index = 0; index < container.length; index++) {
      const part: unknown = container[index];
      size +=
        1 +
        (typeof part === 'object' && part !== null
          ? minimumSizeOfContainer(part, depth + 1, limit - size)
          : sizeOfPrimitive(part));
      if (size > limit) return Number.POSITIVE_INFINITY;
    }
    return size;
  }
  if (!isPlainObject(container)) return Number.POSITIVE_INFINITY;
  // This is two to nine times as fast as Object.values(). It also finds properties that other code has added to
  // Object.prototype. ProblemSearch does not, so that they cause no error.
  for (const name in container) {
    const part: unknown = container[name as keyof typeof container];
    if (part === undefined) continue;
    // A key has at least its quotes, and a colon and a comma follow.
    size +=
      4 +
      (typeof part === 'object' && part !== null
        ? minimumSizeOfContainer(part, depth + 1, limit - size)
        : sizeOfPrimitive(part));
    if (size > limit) return Number.POSITIVE_INFINITY;
  }
  return size;
}

/** Walks over a value that probably cannot be kept again, this time with the path to each part, to explain why. */
class ProblemSearch {
  readonly #path: string[];
  readonly #key: string;
  readonly #maxSize: number;
  readonly #ancestors = new Set<object>();
  #size = 0;

  constructor(key: string, maxSize: number) {
    this.#path = [key];
    this.#key = key;
    this.#maxSize = maxSize;
  }

  /** @returns undefined if the value can be kept */
  errorFor(value: unknown): RequestError | undefined {
    const description = this.#find(value);
    if (description === undefined) return this.#size > this.#maxSize ? sizeError(this.#key, this.#maxSize) : undefined;
    const path = this.#path.join('');
    const shownPath = path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path;
    return valueError(shownPath, description);
  }

  /** @returns what is wrong with the part of the value that `#path` leads to then; undefined if it is only too large */
  #find(value: unknown): string | undefined {
    this.#size += typeof value === 'string' ? value.length : 1;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
    if (typeof value === 'number' && Number.isFinite(value)) return undefined;
    if (typeof value !== 'object') return `${describe(value)}, which JSON cannot represent`;
    if (this.#ancestors.has(value)) return 'part of itself, which JSON cannot represent';
    if (this.#ancestors.size === MAX_DEPTH) return `nested in ${MAX_DEPTH} arrays and objects`;
    if (!Array.isArray(value) && !isPlainObject(value)) return `${describe(value)}, which JSON cannot represent`;
    this.#ancestors.add(value);
    const problem = Array.isArray(value)
      ? this.#findInParts(value.length, (index) => [`[${index}]`, value[index]])
      : this.#findInProperties(value);
    this.#ancestors.delete(value);
    return problem;
  }

  #findInProperties(value: object): string | undefined {
    const properties = Object.entries(value).filter(([, property]) => property !== undefined);
    return this.#findInParts(properties.length, (index) => {
      const [name, property] = properties[index] as [string, unknown];
      return [`.${name}`, property];
    });
  }

  #findInParts(count: number, partAt: (index: number) => [step: string, part: unknown]): string | undefined {
    for (let index = 0; index < count; index++) {
      // What follows makes the value only larger.
      if (this.#size > this.#maxSize) return undefined;
      const [step, part] = partAt(index);
      this.#path.push(step);
      const problem = this.#find(part);
      if (problem !== undefined) return problem;
      this.#path.pop();
    }
    return undefined;
  }
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Freezes a value that was parsed. It does not call itself, because a record of other software may be of any depth. */
function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const found: object[] = [value];
  for (const container of found) {
    Object.freeze(container);
    for (const part of Object.values(container)) {
      if (typeof part === 'object' && part !== null) found.push(part);
    }
  }
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name || 'class instance'}`;
  if (typeof value === 'number') return `${value}`;
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}

function valueError(path: string, description: string, cause?: Error): RequestError {
  return new RequestError(
    'ERR_SESSION_VALUE',
    `A session cannot keep ${path}: it is ${description}. Store strings, finite numbers, booleans, null, arrays and plain ` +
      'objects; a date as its getTime(), a Map as [...map]. To remove a key, call delete().',
    cause === undefined ? undefined : { cause },
  );
}

/** @param key the key whose value does not fit */
export function sizeError(key: string, maxSize: number): RequestError {
  return new RequestError(
    'ERR_SESSION_VALUE',
    `A session cannot keep ${key}: the session would be larger than ${maxSize} bytes of JSON. Keep large values in your ` +
      'database and their ids in the session, or raise the option `maxSize` of sessions().',
  );
}

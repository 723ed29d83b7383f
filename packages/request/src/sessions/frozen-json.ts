/** The values that a session keeps: those that JSON gives back as they were. */
import { RequestError } from '../errors.js';

/**
 * A frozen copy of a value. Properties that are undefined are left out, as JSON does.
 * @param key the session's key, for the error
 * @throws ERR_SESSION_VALUE where something in the value would come back as something else, or not at all
 */
export function frozenCopy(key: string, value: unknown): unknown {
  return copyOf(value, key, []);
}

function copyOf(value: unknown, path: string, around: readonly object[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object') throw refusal(path, describe(value));
  if (around.includes(value)) throw refusal(path, 'part of itself');
  const inner = [...around, value];
  if (Array.isArray(value)) {
    // A hole is read as undefined, which is refused.
    return Object.freeze(Array.from(value, (part, index) => copyOf(part, `${path}[${index}]`, inner)));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refusal(path, describe(value));
  // An assignment to `__proto__` would set the prototype.
  const copies = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => [name, copyOf(part, `${path}.${name}`, inner)] as const);
  return Object.freeze(Object.fromEntries(copies));
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name || 'object of a class'}`;
  if (typeof value === 'number') return `${value}`;
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}

function refusal(path: string, what: string): RequestError {
  return new RequestError(
    'ERR_SESSION_VALUE',
    `A session cannot keep ${path}: it is ${what}, which JSON does not carry. Keep strings, finite numbers, booleans, null, ` +
      'arrays and plain objects; a date as its getTime(), a Map as [...map]. To remove a key, delete() it.',
  );
}

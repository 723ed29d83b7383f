/** The values that a session can hold: those that JSON restores unchanged. */
import { RequestError } from '../errors.js';

/**
 * Copies a value and freezes the copy. Properties that are undefined are omitted, as in JSON.
 * @param key the key of the session, for the error message
 * @throws {RequestError} `ERR_SESSION_VALUE` if JSON would restore a part of the value as something else, or not at all
 * @see https://tc39.es/ecma262/#sec-serializejsonproperty
 */
export function frozenJsonCopy(key: string, value: unknown): unknown {
  return copyOf(value, key, []);
}

/**
 * @param path where the value is, for the error message
 * @param ancestors the objects that the value is in, to find cycles
 */
function copyOf(value: unknown, path: string, ancestors: readonly object[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object') throw valueError(path, describe(value));
  if (ancestors.includes(value)) throw valueError(path, 'part of itself');
  const nextAncestors = [...ancestors, value];
  if (Array.isArray(value)) {
    // Array.from() reads a hole as undefined, which is rejected.
    return Object.freeze(Array.from(value, (item, index) => copyOf(item, `${path}[${index}]`, nextAncestors)));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw valueError(path, describe(value));
  // Object.fromEntries() defines properties. An assignment to `__proto__` would set the prototype instead.
  const copies = Object.entries(value)
    .filter(([, property]) => property !== undefined)
    .map(([name, property]) => [name, copyOf(property, `${path}.${name}`, nextAncestors)] as const);
  return Object.freeze(Object.fromEntries(copies));
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name || 'class instance'}`;
  if (typeof value === 'number') return `${value}`;
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}

function valueError(path: string, description: string): RequestError {
  return new RequestError(
    'ERR_SESSION_VALUE',
    `A session cannot keep ${path}: it is ${description}, which JSON cannot represent. Store strings, finite numbers, ` +
      'booleans, null, arrays and plain objects; a date as its getTime(), a Map as [...map]. To remove a key, call delete().',
  );
}

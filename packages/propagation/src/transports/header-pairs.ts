/** Headers in every form that Node and undici accept, and the values of the current flow among them. */
import { inject } from '../index.js';

/** A header. The value is a string, a number, a list of strings, or undefined. */
export type HeaderPair = readonly [name: string, value: unknown];

/** Reads an object, a flat array of names and values, or an iterable of pairs. */
export function headerPairs(headers: object | null | undefined): HeaderPair[] {
  if (headers == null) return [];
  if (Array.isArray(headers) && !Array.isArray(headers[0])) {
    return headers.flatMap((name, index): HeaderPair[] =>
      index % 2 === 0 ? [[String(name), headers[index + 1]]] : [],
    );
  }
  return Symbol.iterator in headers ? [...(headers as Iterable<HeaderPair>)] : Object.entries(headers);
}

/**
 * Returns the headers with the values that a destination may receive.
 * @param pairs are not changed
 */
export function withValues(pairs: readonly HeaderPair[], to: URL): readonly HeaderPair[] {
  const carrier = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    const before = carrier.get(key);
    carrier.set(key, before === undefined ? text : `${before}, ${text}`);
  }
  const own = new Map(carrier);
  inject(carrier, { to });
  // A header of the caller may have been replaced or removed, such as the timeout of an incoming request.
  const kept = pairs.filter(([name]) => carrier.get(name.toLowerCase()) === own.get(name.toLowerCase()));
  const written = [...carrier].filter(([name, value]) => own.get(name) !== value);
  return [...kept, ...written];
}

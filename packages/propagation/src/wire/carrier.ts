/**
 * Carriers: what holds the entries that travel, such as the headers of a request or of a job.
 *
 * Three kinds are known: objects with methods `get` and `set`, such as `Headers`, `Map` and the headers of NATS; other
 * objects, whose own properties are the entries; and those that the caller reads and writes with functions. The names of
 * properties are compared without regard to case, as HTTP does.
 */
import { invalidArgType } from '../errors.js';
import { MAX_BYTES } from './baggage.js';

/** The keys that this package reads and writes. OpenTelemetry's propagator may have others. */
export const BAGGAGE = 'baggage';
export const TIMEOUT = 'throughline-timeout-ms';

/** Reads an entry of a carrier. */
export type Get<C> = (carrier: C, key: string) => string | readonly string[] | undefined;

/** Writes an entry of a carrier. */
export type Set<C> = (carrier: C, key: string, value: string) => void;

interface Entries {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
  delete?(key: string): unknown;
}

function hasEntries(carrier: object): carrier is Entries {
  const { get, set } = carrier as Partial<Entries>;
  return typeof get === 'function' && typeof set === 'function';
}

/** Returns the key of an own property that is equal to `key` without regard to case, or undefined. */
function ownKey(carrier: object, key: string): string | undefined {
  if (Object.hasOwn(carrier, key)) return key;
  for (const name of Object.keys(carrier)) {
    if (name.length === key.length && name.toLowerCase() === key) return name;
  }
  return undefined;
}

/**
 * Reads an entry.
 * @param get the caller's function, if there is one
 * @returns what the carrier holds: text, several texts, bytes, or anything else that its sender has put there
 */
export function readEntry<C extends object>(carrier: C, key: string, get: Get<C> | undefined): unknown {
  if (get !== undefined) return get(carrier, key);
  if (hasEntries(carrier)) return carrier.get(key);
  const name = ownKey(carrier, key);
  return name === undefined ? undefined : Reflect.get(carrier, name);
}

/** Writes an entry in place of an earlier one. */
export function writeEntry<C extends object>(carrier: C, key: string, value: string, set: Set<C> | undefined): void {
  if (set !== undefined) set(carrier, key, value);
  else if (hasEntries(carrier)) carrier.set(key, value);
  else Reflect.set(carrier, ownKey(carrier, key) ?? key, value);
}

/** Removes an entry. A carrier that the caller writes with a function gets an empty text. */
export function removeEntry<C extends object>(carrier: C, key: string, set: Set<C> | undefined): void {
  if (set !== undefined) {
    set(carrier, key, '');
  } else if (hasEntries(carrier)) {
    if (typeof carrier.delete === 'function') carrier.delete(key);
    else carrier.set(key, '');
  } else {
    const name = ownKey(carrier, key);
    if (name !== undefined) Reflect.deleteProperty(carrier, name);
  }
}

/**
 * Returns the texts of an entry. Queues hold bytes, and a header may be repeated.
 * @param max the number of texts after which the rest is ignored
 */
export function textsOf(entry: unknown, max: number): readonly string[] {
  if (typeof entry === 'string') return [entry];
  if (entry instanceof Uint8Array) return [decodeBytes(entry)];
  if (!Array.isArray(entry)) return [];
  return entry
    .slice(0, max)
    .flatMap((item: unknown) =>
      typeof item === 'string' ? [item] : item instanceof Uint8Array ? [decodeBytes(item)] : [],
    );
}

/** Decodes as much as is read of a text, so that the memory for it is bounded. */
function decodeBytes(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, MAX_BYTES + 1));
}

/** @throws {TypeError} `ERR_INVALID_ARG_TYPE` if nothing can be written to the carrier */
export function checkCarrier(owner: string, carrier: unknown): void {
  if (typeof carrier === 'object' && carrier !== null && !Array.isArray(carrier)) return;
  throw invalidArgType(
    `${owner}: carrier`,
    'an object, Headers or a Map (for anything else, pass the function set)',
    carrier,
  );
}

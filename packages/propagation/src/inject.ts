/** `inject()`: writes the values, the deadline and the trace of the current flow to a carrier. */
import { currentDeadline } from './deadline.js';
import { invalidArgType, invalidArgValue, outOfRange, withCode } from './errors.js';
import { checkOptionNames } from './option-names.js';
import { recordDrop } from './report.js';
import { type DeclaredValue, isDeclared, shared, UNSET } from './shared-state.js';
import { MAX_ENTRY_LENGTH } from './values/declaration.js';
import { includesPlace } from './values/destinations.js';
import { signedMessage } from './values/signed-message.js';
import { BaggageReader, encodeText, isSendable, MAX_BYTES, MAX_ENTRIES } from './wire/baggage.js';
import {
  BAGGAGE,
  checkCarrier,
  type Get,
  readEntry,
  removeEntry,
  type Set as SetEntry,
  TIMEOUT,
  textsOf,
  writeEntry,
} from './wire/carrier.js';
import { injectTrace, openTelemetry } from './wire/trace-context.js';

/** The options of `inject()`. */
export interface InjectOptions<C> {
  /**
   * The destination: a URL, or any name that the declarations list in `to`. Without it, values that may only be sent to
   * listed destinations are not written.
   */
  to?: string | URL | undefined;
  /** Writes an entry to a carrier that is not an object with properties, Headers or a Map. */
  set?: ((carrier: C, key: string, value: string) => void) | undefined;
  /** Reads an entry of such a carrier, so that baggage that it has already is kept. */
  get?: ((carrier: C, key: string) => string | readonly string[] | undefined) | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['to', 'set', 'get']);

/**
 * Writes the declared values of the current flow to a carrier, the time that remains until its deadline, and the active
 * span of OpenTelemetry, if that is in the process.
 *
 * The values are entries of the header `baggage`. Entries of other libraries stay, as far as there is room; entries of
 * declared values are replaced, or removed if the flow has no value. The default value of a storage is not written.
 * @param carrier an object with properties, Headers or a Map; with `set`, any object
 * @param options `to`, `set` and `get`
 * @returns the carrier
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if a value is longer than its `maxLength`, or if the values exceed the limits
 * of baggage, 180 entries and 8192 bytes. The message names the value
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` if a value cannot be encoded, `ERR_INVALID_ARG_TYPE` if the carrier is not
 * an object
 * @throws {Error} `ERR_NO_SIGNING_KEY` if a value is to be signed and there is no key
 * @example
 * import { inject, Propagated } from '@throughline/propagation';
 *
 * const tenant = new Propagated('tenant');
 * const cart = new Propagated('cart', { to: ['https://shop.internal'] });
 * tenant.run('acme', () => {
 *   cart.run({ items: 2 }, () => {
 *     console.log(inject({}, { to: 'https://shop.internal/cart' })); // { baggage: 'tenant=acme,cart=%7B%22items%22%3A2%7D' }
 *     console.log(inject({}, { to: 'https://example.com' })); // { baggage: 'tenant=acme' }
 *   });
 * });
 * @see https://www.w3.org/TR/baggage/
 */
export function inject<C extends object>(carrier: C, options?: InjectOptions<C>): C {
  const { to, set, get } = options ?? {};
  if (options !== undefined) checkOptions(options);
  if (set === undefined) checkCarrier('inject(carrier)', carrier);
  const existing = set === undefined || get !== undefined ? readEntry(carrier, BAGGAGE, get) : undefined;
  let foreign = existing === undefined ? [] : textsOf(existing, MAX_ENTRIES);

  const telemetry = openTelemetry();
  if (telemetry !== undefined) {
    injectTrace(telemetry, (key, value) => {
      // Its baggage is written together with ours.
      if (key === BAGGAGE) foreign = [value, ...foreign];
      else writeEntry(carrier, key, value, set);
    });
  }

  const text = baggageOf(to, foreign);
  if (text !== '') writeEntry(carrier, BAGGAGE, text, set);
  else if (existing !== undefined) removeEntry(carrier, BAGGAGE, set);

  const deadline = currentDeadline();
  if (deadline !== undefined) writeEntry(carrier, TIMEOUT, String(Math.floor(deadline.remaining)), set);
  // The headers of an incoming request may have been copied, and the deadline of its sender was not believed.
  else if (set === undefined && readEntry(carrier, TIMEOUT, undefined)) removeEntry(carrier, TIMEOUT, set);
  return carrier;
}

function checkOptions<C>(options: InjectOptions<C>): void {
  checkOptionNames('inject()', options, OPTION_NAMES);
  const { to, set, get } = options;
  if (to !== undefined && typeof to !== 'string' && !(to instanceof URL)) {
    throw invalidArgType('inject(): to', 'a string or a URL', to);
  }
  checkFunction('set', set);
  checkFunction('get', get);
}

function checkFunction(name: 'set' | 'get', value: SetEntry<never> | Get<never> | undefined): void {
  if (value !== undefined && typeof value !== 'function')
    throw invalidArgType(`inject(): ${name}`, 'a function', value);
}

/** Returns the text of the header for the values of the current flow and the entries of other libraries. */
function baggageOf(to: string | URL | undefined, foreign: readonly string[]): string {
  let text = '';
  let count = 0;
  for (const value of shared.values.values()) {
    const content = value.storage.getStore();
    if (content === UNSET || content === undefined || !maySend(value, to)) continue;
    const entry = entryOf(value, content);
    text = text === '' ? entry : `${text},${entry}`;
    count++;
    if (text.length > MAX_BYTES || count > MAX_ENTRIES) throw tooMuch(value.name, text.length, count);
  }
  return foreign.length === 0 ? text : addForeign(text, count, foreign);
}

function maySend({ declaration: { to: places } }: DeclaredValue, to: string | URL | undefined): boolean {
  return places === undefined || (to !== undefined && includesPlace(places, to));
}

/**
 * Returns the entry of a value. That of the last value is kept, unless the value can change, the entry is signed, or a
 * codec wrote it: its text may depend on the flow, such as on the key of a tenant.
 */
function entryOf(value: DeclaredValue, content: unknown): string {
  if (value.lastValue === content) return value.lastEntry;
  const { name, declaration } = value;
  const { text, encoded } = encode(value, content);
  if (encoded.length > declaration.maxLength) throw tooLong(name, encoded.length, declaration.maxLength);
  let entry = `${name}=${encoded}`;
  if (declaration.version !== 1) entry += `;v=${declaration.version}`;
  const isSigned = declaration.signatureAge !== undefined;
  if (isSigned) entry += sign(name, declaration.version, text);
  if (entry.length > MAX_ENTRY_LENGTH) throw tooLong(name, entry.length, MAX_ENTRY_LENGTH);
  if (!isSigned && !declaration.hasCodec && typeof content !== 'object' && typeof content !== 'function') {
    value.lastValue = content;
    value.lastEntry = entry;
  }
  return entry;
}

function encode({ name, declaration }: DeclaredValue, content: unknown): { text: string; encoded: string } {
  try {
    const text = declaration.encode(content);
    return { text, encoded: encodeText(text) };
  } catch (cause) {
    throw invalidArgValue(
      `The value ${JSON.stringify(name)} cannot be encoded (${cause instanceof Error ? cause.message : 'see the cause'}). ` +
        'Set a value that its codec accepts, or that JSON can represent.',
      { cause },
    );
  }
}

function sign(name: string, version: number, text: string): string {
  const { signer } = shared;
  if (signer === undefined) {
    const error = new Error(
      `The value ${JSON.stringify(name)} is declared with sign: true, and there is no key. Call setSigningKeys() of ` +
        '@throughline/propagation/signing when the program starts.',
    );
    throw withCode(error, 'ERR_NO_SIGNING_KEY');
  }
  const time = String(Math.floor(Date.now() / 1000));
  return `;t=${time};s=${signer.sign(signedMessage(name, version, time, text))}`;
}

function tooLong(name: string, length: number, limit: number): RangeError {
  return outOfRange(
    `The value ${JSON.stringify(name)} takes ${length} bytes in a carrier, and may take ${limit}. Send a reference to what ` +
      'is large, such as its id.',
  );
}

function tooMuch(name: string, bytes: number, count: number): RangeError {
  const total = count > MAX_ENTRIES ? `${count} entries` : `${bytes} bytes`;
  return outOfRange(
    `With the value ${JSON.stringify(name)}, the baggage has ${total}. W3C Baggage guarantees ${MAX_ENTRIES} entries and ` +
      `${MAX_BYTES} bytes. Send fewer or shorter values, for example with the option to of the large ones.`,
  );
}

/** Adds the entries of other libraries as far as there is room. The first entry of a key holds. */
function addForeign(text: string, count: number, foreign: readonly string[]): string {
  const keys = new Set<string>();
  const reader = new BaggageReader();
  let omitted = 0;
  const add = (key: string, entry: string) => {
    // Only the current flow says what a declared value is.
    if (keys.has(key) || isDeclared(key) || !isSendable(entry)) return;
    if (count >= MAX_ENTRIES || text.length + entry.length + 1 > MAX_BYTES) {
      omitted++;
      return;
    }
    keys.add(key);
    text = text === '' ? entry : `${text},${entry}`;
    count++;
  };
  for (const part of foreign) reader.read(part, add);
  if (omitted > 0 || !reader.isComplete) {
    recordDrop(
      'too-many',
      undefined,
      'the baggage of another library',
      `the baggage would have more than ${MAX_ENTRIES} entries or ${MAX_BYTES} bytes`,
    );
  }
  return text;
}

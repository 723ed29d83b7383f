/** `extract()`: reads the values, the deadline and the trace that a carrier has. It believes only what it is told to. */
import { createDeadline } from './deadline.js';
import { describeKind, invalidArgType, invalidArgValue } from './errors.js';
import { Extracted, type ExtractedParts } from './extracted.js';
import { checkOptionNames } from './option-names.js';
import { recordDrop } from './report.js';
import type { ScopeFields } from './request-scopes.js';
import { type DeclaredValue, type DropReason, isDeclared, shared } from './shared-state.js';
import { MAX_ENTRY_LENGTH, Undecodable } from './values/declaration.js';
import { includesPlace } from './values/destinations.js';
import { signedMessage } from './values/signed-message.js';
import { BaggageReader, decodeText, encodeText, MAX_BYTES, MAX_ENTRIES, splitEntry } from './wire/baggage.js';
import { BAGGAGE, type Get, readEntry, TIMEOUT, textsOf } from './wire/carrier.js';
import { parseTimeout } from './wire/timeout.js';
import { contextOfWork, openTelemetry, type TraceReader } from './wire/trace-context.js';

/** The options of `extract()`. */
export interface ExtractOptions<C> {
  /**
   * What is believed. `true`: everything, for a sender that is a program of yours. A list: these values, and 'deadline'
   * and 'traceparent' for the deadline and the trace. `false`: only what the declarations say is always believed, and
   * values with a valid signature. Default: `false`.
   */
  trust?: boolean | readonly string[] | undefined;
  /** The sender, for warnings and for declarations that list senders in `trust`. Never text from the carrier itself. */
  from?: string | undefined;
  /** Reads an entry of a carrier that is not an object with properties, Headers or a Map. */
  get?: ((carrier: C, key: string) => string | readonly string[] | undefined) | undefined;
  /** The time that the carrier was on the way, in milliseconds, which the deadline is shortened by. Default: 0. */
  elapsed?: number | undefined;
  /** The longest time until the deadline, in milliseconds. Default: the time in the carrier. */
  deadline?: number | undefined;
  /** Aborts when the caller cancels, if the transport can tell. */
  signal?: AbortSignal | undefined;
  /**
   * The fields of the request scope that `run()` opens if `@throughline/request` is in the process. `false`: none is
   * opened, because the code runs in one already; OpenTelemetry's active span belongs to it, and stays active.
   */
  scope?: ScopeFields | false | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['trust', 'from', 'get', 'elapsed', 'deadline', 'signal', 'scope']);

/**
 * Reads what a carrier has of the declared values, the deadline, and the trace.
 *
 * Nothing that a carrier contains makes this function throw. What is not trusted, cannot be decoded, or is ambiguous is
 * dropped: `propagationReport()` counts it, and a warning names the value and the sender once.
 * @param carrier an object with properties, Headers or a Map; with `get`, any object. Without a carrier, such as in a job
 * that was sent by another program, there is nothing to read
 * @param options what is believed, and from whom. Default: only what the declarations say is always believed
 * @returns what was read, to run a function with
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an option is invalid
 * @example
 * import { extract, Propagated } from '@throughline/propagation';
 *
 * const tenant = new Propagated('tenant', { trust: ['queue:orders'] });
 * const locale = new Propagated('locale', { trust: true });
 * const carrier = { baggage: 'tenant=acme,locale=fr' };
 * const read = () => [tenant.get(), locale.get()];
 * console.log(extract(carrier, { trust: true, from: 'queue:orders' }).run(read)); // [ 'acme', 'fr' ]
 * console.log(extract(carrier).run(read)); // [ undefined, 'fr' ]
 * @see https://www.w3.org/TR/baggage/
 */
export function extract<C extends object>(carrier: C | null | undefined, options: ExtractOptions<C> = {}): Extracted {
  checkOptions(options);
  const parts: ExtractedParts = {
    values: new Map(),
    deadline: undefined,
    cancellation: options.signal,
    trace: undefined,
    scope: options.scope,
  };
  const { trust = false, from, get } = options;
  const telemetry = openTelemetry();
  const isBelieved = isListed(trust, 'traceparent');
  let reader: TraceReader | undefined;
  if (typeof carrier === 'object' && carrier !== null) {
    const foreign: string[] | undefined = telemetry !== undefined && isBelieved ? [] : undefined;
    const baggage = textsOf(readSafely(carrier, BAGGAGE, get, from), MAX_ENTRIES);
    if (baggage.length > 0) readValues(parts, baggage, foreign, trust, from);
    parts.deadline = readDeadline(carrier, options);
    if (telemetry !== undefined) reader = traceReader(carrier, foreign?.join(',') || undefined, get, from);
  } else if (options.deadline !== undefined) {
    parts.deadline = createDeadline(options.deadline, cancellationOf(options.signal));
  }
  if (telemetry !== undefined) {
    parts.trace = contextOfWork(telemetry, reader, { isBelieved, isOwnFlow: options.scope === false });
  }
  return new Extracted(parts);
}

/** Reads an entry. A carrier may be a proxy, and the function that reads it is the application's. */
function readSafely<C extends object>(
  carrier: C,
  key: string,
  get: Get<C> | undefined,
  from: string | undefined,
): unknown {
  try {
    return readEntry(carrier, key, get);
  } catch {
    recordDrop('unreadable', undefined, from);
    return undefined;
  }
}

function isListed(trust: boolean | readonly string[], name: string): boolean {
  return typeof trust === 'boolean' ? trust : trust.includes(name);
}

/** An entry of a declared value. */
interface Found {
  readonly entry: string;
  isAmbiguous: boolean;
}

/** @param foreign receives the entries of other libraries */
function readValues(
  parts: ExtractedParts,
  texts: readonly string[],
  foreign: string[] | undefined,
  trust: boolean | readonly string[],
  from: string | undefined,
): void {
  const found = new Map<DeclaredValue, Found>();
  const reader = new BaggageReader();
  const visit = (key: string, entry: string) => {
    const value = shared.values.get(key);
    if (value === undefined) {
      if (foreign !== undefined && !isDeclared(key)) foreign.push(entry);
      return;
    }
    const other = found.get(value);
    if (other === undefined) found.set(value, { entry, isAmbiguous: false });
    else if (other.entry !== entry) other.isAmbiguous = true;
  };
  for (const text of texts) reader.read(text, visit);
  if (!reader.isComplete) recordDrop('too-many', undefined, from);
  const room = new Room(reader.bytes);
  for (const [value, { entry, isAmbiguous }] of found) {
    const result = isAmbiguous ? new Dropped('duplicate') : decode(value, entry, trust, from);
    if (result === undefined) continue;
    const dropped = result instanceof Dropped ? result : room.whyNotSendable(value, result, entry);
    if (dropped === undefined) parts.values.set(value, result);
    else recordDrop(dropped.reason, value.name, from, dropped.detail);
  }
}

/** The greatest ratio of the bytes that JSON and percent-encoding write to those that were read: `[9e20,9e20]`. */
const MAX_GROWTH = 8;

/**
 * The room of a carrier that receives all that was read, so that what others have sent makes no `inject()` throw. What was
 * read may take more bytes when it is sent on: white space and quotation marks are percent-encoded then.
 */
class Room {
  readonly #isScarce: boolean;
  // Before the first entry, there is no comma.
  #bytes = MAX_BYTES + 1;

  /** @param bytes the length of what was read */
  constructor(bytes: number) {
    this.#isScarce = bytes * MAX_GROWTH > MAX_BYTES;
  }

  whyNotSendable(value: DeclaredValue, content: unknown, entry: string): Dropped | undefined {
    const { maxLength, signatureAge, converts, encode } = value.declaration;
    if (!this.#isScarce && !converts && entry.length * MAX_GROWTH <= maxLength) return undefined;
    let length: number;
    try {
      length = encodeText(encode(content)).length;
    } catch {
      return new Dropped('invalid', 'it was decoded, and cannot be encoded again');
    }
    const rest = signatureAge === undefined ? entryHead(value).length : signedRestLength(value, entry);
    const bytes = rest + length + 1;
    if (length > maxLength || bytes > MAX_ENTRY_LENGTH + 1 || bytes > this.#bytes) return new Dropped('too-long');
    if (this.#isScarce) this.#bytes -= bytes;
    return undefined;
  }
}

/** The length of a signed entry without its text: `inject()` has written its properties. */
function signedRestLength({ name }: DeclaredValue, entry: string): number {
  return `${name}=`.length + entry.length - entry.indexOf(';');
}

/** What is in the entry of an unsigned value beside its text. */
function entryHead({ name, declaration: { version } }: DeclaredValue): string {
  return version === 1 ? `${name}=` : `${name}=;v=${version}`;
}

/** Why an entry has no value. */
class Dropped {
  constructor(
    readonly reason: DropReason,
    readonly detail?: string,
  ) {}
}

const VERSION = /^[1-9]\d{0,14}$/;

/** Returns the value of an entry if it is believed and valid. */
function decode(
  value: DeclaredValue,
  entry: string,
  trust: boolean | readonly string[],
  from: string | undefined,
): unknown {
  const { declaration, name } = value;
  const isSigned = declaration.signatureAge !== undefined;
  const distrust = whyNotBelieved(value, trust, from);
  if (distrust !== undefined) return distrust;
  const { text: encoded, version: versionText, time, signature } = splitEntry(entry);
  if (encoded.length > declaration.maxLength) return new Dropped('too-long');
  const text = decodeText(encoded);
  if (text === undefined) return new Dropped('malformed');
  if (versionText !== undefined && !VERSION.test(versionText)) return new Dropped('version');
  const version = versionText === undefined ? 1 : Number(versionText);
  if (isSigned) {
    const reason = checkSignature(declaration.signatureAge, signature, time, (at) =>
      signedMessage(name, version, at, text),
    );
    if (reason !== undefined) return new Dropped(reason);
  }
  try {
    return declaration.decode(text, version);
  } catch (error) {
    if (error instanceof Undecodable) return new Dropped(error.reason, error.message);
    return new Dropped('invalid');
  }
}

/** Returns why a value is not believed; that of a signed value also depends on its signature. */
function whyNotBelieved(
  { name, declaration: { trust: declared, signatureAge } }: DeclaredValue,
  trust: boolean | readonly string[],
  from: string | undefined,
): Dropped | undefined {
  if (declared === true) return undefined;
  if (declared === false) return new Dropped('untrusted', 'it is declared with trust: false, and is only sent');
  if (declared !== undefined && (from === undefined || !includesPlace(declared, from))) {
    return new Dropped('untrusted', 'it is declared with a list of trusted senders, and this one is not in it');
  }
  return signatureAge !== undefined || isListed(trust, name) ? undefined : new Dropped('untrusted');
}

const SECONDS = /^\d{1,12}$/;

function checkSignature(
  maxAge: number,
  signature: string | undefined,
  time: string | undefined,
  message: (time: string) => string,
): DropReason | undefined {
  if (signature === undefined || time === undefined || shared.signer === undefined) return 'unsigned';
  if (!SECONDS.test(time) || !shared.signer.verify(message(time), signature)) return 'bad-signature';
  // A clock that is ahead would otherwise make a signature that is valid for longer.
  return Math.abs(Date.now() - Number(time) * 1000) > maxAge ? 'expired' : undefined;
}

function readDeadline<C extends object>(carrier: C, options: ExtractOptions<C>): ExtractedParts['deadline'] {
  const { trust = false, from, get, elapsed = 0, deadline: limit, signal } = options;
  let milliseconds = limit;
  if (isListed(trust, 'deadline')) {
    const texts = textsOf(readSafely(carrier, TIMEOUT, get, from), MAX_ENTRIES).filter((text) => text !== '');
    if (texts.length > 0) {
      const remaining = parseTimeout(texts);
      if (remaining === undefined) {
        recordDrop('malformed', 'deadline', from, 'it is not an integer of milliseconds from 0 to 2147483647');
      } else {
        milliseconds = Math.min(limit ?? Number.POSITIVE_INFINITY, Math.max(0, remaining - elapsed));
      }
    }
  }
  return milliseconds === undefined ? undefined : createDeadline(milliseconds, cancellationOf(signal));
}

function cancellationOf(signal: AbortSignal | undefined): { signal: AbortSignal } | undefined {
  return signal === undefined ? undefined : { signal };
}

/**
 * Returns what OpenTelemetry's propagator reads a carrier with.
 * @param foreign the entries of other libraries in the baggage. Declared values do not become OpenTelemetry's, which would
 * send them to every destination
 */
function traceReader<C extends object>(
  carrier: C,
  foreign: string | undefined,
  get: Get<C> | undefined,
  from: string | undefined,
): TraceReader {
  return {
    get: (name) => {
      // Some propagators name their headers in upper case, and carriers of headers are read case-insensitively.
      const key = name.toLowerCase();
      if (key === BAGGAGE) return foreign;
      const texts = textsOf(readEntry(carrier, key, get), MAX_ENTRIES);
      return texts.length > 1 ? [...texts] : texts[0];
    },
    keys: () => keysOf(carrier),
    fail: () => recordDrop('unreadable', undefined, from),
  };
}

function keysOf(carrier: object): string[] {
  const { keys } = carrier as { keys?: unknown };
  return typeof keys === 'function' ? [...(keys.call(carrier) as Iterable<string>)] : Object.keys(carrier);
}

function checkOptions<C>(options: ExtractOptions<C>): void {
  checkOptionNames('extract()', options, OPTION_NAMES);
  const { trust, from, get, elapsed, deadline, signal, scope } = options;
  if (trust !== undefined && typeof trust !== 'boolean' && !isListOfStrings(trust)) {
    throw invalidArgType('extract(): trust', 'true, false or a list of names', trust);
  }
  if (from !== undefined && typeof from !== 'string') throw invalidArgType('extract(): from', 'a string', from);
  if (get !== undefined && typeof get !== 'function') throw invalidArgType('extract(): get', 'a function', get);
  checkMilliseconds('elapsed', elapsed);
  checkMilliseconds('deadline', deadline);
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw invalidArgType('extract(): signal', 'an AbortSignal', signal);
  }
  if (scope !== undefined && scope !== false && (typeof scope !== 'object' || scope === null)) {
    throw invalidArgType('extract(): scope', 'false, or an object with id, method and path', scope);
  }
}

function isListOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function checkMilliseconds(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 0 && value < 2 ** 31)) return;
  throw invalidArgValue(
    `extract(): ${name} must be a number of milliseconds from 0 to 2147483647, not ${describeKind(value)}.`,
  );
}

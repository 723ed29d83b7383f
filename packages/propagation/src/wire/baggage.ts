/**
 * The text of the header `baggage`, as W3C defines it:
 *
 *     baggage: tenant=acme, user=%7B%22id%22%3A5%7D;v=2, their-key=value;their-property
 *              ─┬──── ─┬──          ────┬────────── ─┬─
 *              key   value        percent-encoded  property
 *
 * A property of ours has one of three names: `v` is the version of a value, `t` the time at which it was signed, and `s`
 * the signature. https://www.w3.org/TR/baggage/
 */

/** The bytes and entries that every implementation must propagate, and more than which OpenTelemetry drops. */
export const MAX_BYTES = 8192;
export const MAX_ENTRIES = 180;

/** Text that needs no encoding: W3C's baggage-octets except the percent sign. */
const PLAIN = /^[!#$&'()*+\-./0-9:<=>?@A-Z[\]^_`a-z{|}~]*$/;

/** Encodes the value of an entry. */
export function encodeText(text: string): string {
  return PLAIN.test(text) ? text : encodeURIComponent(text);
}

/** A character that no baggage may contain outside of quotation: control characters and all that is not ASCII. */
const FORBIDDEN = /[^\t\x20-\x7e]/;

/**
 * Decodes the value of an entry. W3C replaces bytes that are not UTF-8; here, they make the value invalid, because the
 * replaced text could be that of another value.
 * @returns undefined if the text is not percent-encoded UTF-8, or has characters that W3C forbids
 */
export function decodeText(text: string): string | undefined {
  if (FORBIDDEN.test(text)) return undefined;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const TAB = 0x09;
const SPACE = 0x20;

/** Returns a part of a text without the white space around it. */
function trimmed(text: string, start: number, end: number): string {
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhiteSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Reads the entries of the texts of one carrier, up to the limits of all texts together. */
export class BaggageReader {
  #bytes = 0;
  #count = 0;
  #isComplete = true;

  /** Whether everything was within the limits. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** The bytes that were read. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Calls `visit` for each entry.
   * @param visit the key, and the text of the whole entry
   */
  read(text: string, visit: (key: string, entry: string) => void): void {
    // The text may be of any length, and is searched only as far as it is read.
    const readable = text.length > MAX_BYTES - this.#bytes ? text.slice(0, MAX_BYTES - this.#bytes + 1) : text;
    let start = 0;
    while (start < readable.length) {
      const comma = readable.indexOf(',', start);
      const end = comma === -1 ? readable.length : comma;
      if (this.#count >= MAX_ENTRIES || this.#bytes + end - start > MAX_BYTES) {
        this.#isComplete = false;
        return;
      }
      this.#count++;
      this.#bytes += end - start + 1;
      const entry = trimmed(readable, start, end);
      const equals = entry.indexOf('=');
      if (equals > 0) visit(trimmed(entry, 0, equals), entry);
      start = end + 1;
    }
    if (readable.length < text.length) this.#isComplete = false;
  }
}

/** The parts of an entry of a declared value. */
export interface EntryParts {
  readonly text: string;
  readonly version: string | undefined;
  readonly time: string | undefined;
  readonly signature: string | undefined;
}

/** Splits an entry into its value and the properties of this package. */
export function splitEntry(entry: string): EntryParts {
  const start = entry.indexOf('=') + 1;
  let end = entry.indexOf(';', start);
  if (end === -1) {
    return { text: trimmed(entry, start, entry.length), version: undefined, time: undefined, signature: undefined };
  }
  const text = trimmed(entry, start, end);
  const properties: Record<'v' | 't' | 's', string | undefined> = { v: undefined, t: undefined, s: undefined };
  while (end < entry.length) {
    const next = entry.indexOf(';', end + 1);
    const property = trimmed(entry, end + 1, next === -1 ? entry.length : next);
    const name = property.charAt(0);
    if (property.charAt(1) === '=' && (name === 'v' || name === 't' || name === 's'))
      properties[name] ??= property.slice(2);
    end = next === -1 ? entry.length : next;
  }
  return { text, version: properties.v, time: properties.t, signature: properties.s };
}

/** An entry of another library that may be sent on: W3C's grammar, so that it cannot end a header. */
export function isSendable(entry: string): boolean {
  return !FORBIDDEN.test(entry);
}

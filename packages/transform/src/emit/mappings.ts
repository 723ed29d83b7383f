/**
 * The mappings of an edited text: one for each word of the original text, and one for each other character that is not
 * white space. A position without a mapping is traced through the one before it in its line. White space therefore has one
 * where a line or a piece of the text begins, and in front of an inserted text, which has none of its own.
 *
 *     const a = await b;       the original
 *     ▲     ▲ ▲ ▲     ▲▲
 *
 * Nothing refers to other white space. With a mapping for each of its characters, as magic-string makes them with
 * `hires: 'boundary'`, there would be twice as many, which the bundler has to trace. They are written as digits at once,
 * without an object for each.
 * @see https://tc39.es/ecma426/
 */
import { TextPositions } from '../analysis/text-positions.js';
import type { EditedText } from './edited-text.js';

// No `Buffer`: the transform also runs in pages.
const DIGITS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
/** The digit of the number 0. */
const ZERO_DIGIT = DIGITS[0] as number;
const COMMA = 44;
const SEMICOLON = 59;
const LINE_FEED = 10;

const OTHER = 0;
const WORD = 1;
const SPACE = 2;

/** The kinds of characters. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /\w/.test(char) ? WORD : /[\t\r ]/.test(char) ? SPACE : OTHER;
});

/** A comma, and four numbers of at most seven digits. */
const MAXIMUM_LENGTH = 29;

export function encodeMappings(text: EditedText): string {
  const writer = new MappingsWriter(text.original);
  writer.insert(text.opening);
  for (let piece = text.first; piece !== undefined; piece = piece.next) {
    writer.insert(piece.before);
    if (piece.replacement === undefined) writer.keep(piece.start, piece.end);
    else writer.replace(piece.start, piece.replacement);
    writer.insert(piece.after);
  }
  writer.insert(text.closing);
  return writer.toString();
}

class MappingsWriter {
  readonly #original: string;
  readonly #lineStarts: TextPositions;
  #bytes: Uint8Array;
  #length = 0;
  /** The column in the edited text. */
  #column = 0;
  // The numbers of the last mapping. The next ones are relative to them, and columns of the edited text to its line.
  #lastColumn = 0;
  #lastOriginalLine = 0;
  #lastOriginalColumn = 0;

  constructor(original: string) {
    this.#original = original;
    const lineStarts = [0];
    for (let end = original.indexOf('\n'); end >= 0; end = original.indexOf('\n', end + 1)) lineStarts.push(end + 1);
    this.#lineStarts = new TextPositions(lineStarts);
    // Usually enough.
    this.#bytes = new Uint8Array(3 * original.length + MAXIMUM_LENGTH);
  }

  /** Text that is not in the original has no mapping. */
  insert(text: string): void {
    let lineStart = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', lineStart)) {
      this.#endLine();
      lineStart = end + 1;
    }
    this.#column += text.length - lineStart;
  }

  /** @param text has one line, and is mapped to the position at which the text begins that it replaces */
  replace(start: number, text: string): void {
    const line = this.#lineStarts.countBefore(start + 1) - 1;
    if (text !== '') this.#map(this.#column, line, start - this.#startOf(line));
    this.#column += text.length;
  }

  /** Text of the original. */
  keep(start: number, end: number): void {
    const original = this.#original;
    let line = this.#lineStarts.countBefore(start + 1) - 1;
    let lineStart = this.#startOf(line);
    // The difference between an index of the original and the column.
    let offset = start - this.#column;
    let previous = OTHER;
    for (let i = start; i < end; i++) {
      const char = original.charCodeAt(i);
      if (char === LINE_FEED) {
        this.#endLine();
        line++;
        lineStart = i + 1;
        offset = lineStart;
        previous = OTHER;
        continue;
      }
      const kind = char < 128 ? (KINDS[char] as number) : OTHER;
      const needsMapping =
        kind === SPACE ? i === start || i === lineStart || i === end - 1 : kind === OTHER || previous !== WORD;
      if (needsMapping) this.#map(i - offset, line, i - lineStart);
      previous = kind;
    }
    this.#column = end - offset;
  }

  toString(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, this.#length));
  }

  #startOf(line: number): number {
    return this.#lineStarts.at(line);
  }

  #endLine(): void {
    this.#reserve();
    this.#bytes[this.#length++] = SEMICOLON;
    this.#column = 0;
    this.#lastColumn = 0;
  }

  #map(column: number, originalLine: number, originalColumn: number): void {
    this.#reserve();
    const bytes = this.#bytes;
    let length = this.#length;
    if (length > 0 && bytes[length - 1] !== SEMICOLON) bytes[length++] = COMMA;
    length = writeNumber(bytes, length, column - this.#lastColumn);
    // There is one source.
    bytes[length++] = ZERO_DIGIT;
    length = writeNumber(bytes, length, originalLine - this.#lastOriginalLine);
    length = writeNumber(bytes, length, originalColumn - this.#lastOriginalColumn);
    this.#length = length;
    this.#lastColumn = column;
    this.#lastOriginalLine = originalLine;
    this.#lastOriginalColumn = originalColumn;
  }

  /** Makes room for a mapping. */
  #reserve(): void {
    if (this.#length + MAXIMUM_LENGTH <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * this.#bytes.length);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

/**
 * Base 64 with five bits of the number in each digit, least significant first, and the sign in the lowest bit.
 * @returns the index after the last digit
 */
function writeNumber(bytes: Uint8Array, index: number, number: number): number {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let end = index;
  for (; rest > 31; rest >>>= 5) bytes[end++] = DIGITS[(rest & 31) | 32] as number;
  bytes[end++] = DIGITS[rest] as number;
  return end;
}

/** The error for a file that cannot be transformed. */

/**
 * Thrown when a file cannot be transformed: it does not parse, or it contains something that has no transformed form.
 *
 * The properties are those that bundlers read to report an error with its position.
 *
 * @example
 * import { TransformError, transform } from '@throughline/transform';
 *
 * try {
 *   transform('async function f() { await; }', { filename: 'f.js' });
 * } catch (error) {
 *   if (!(error instanceof TransformError)) throw error;
 *   console.log(error.message); // f.js:1:27: Unexpected token
 *   console.log(error.frame.split('\n')[0]); // > 1 | async function f() { await; }
 * }
 */
export class TransformError extends SyntaxError {
  /** The name of the file. */
  readonly id: string;
  /** The position: the line counts from 1, the column from 0. */
  readonly loc: { readonly file: string; readonly line: number; readonly column: number };
  /** The lines around the position, with a marker, for display. */
  readonly frame: string;
  /** The position as an index into the code, in UTF-16 code units. */
  readonly pos: number;
  /** The problem, without the position. */
  readonly reason: string;

  /**
   * @param reason what is wrong, without the position
   * @param filename the name of the file
   * @param code the source text
   * @param pos the position as an index into the code, in UTF-16 code units
   */
  constructor(reason: string, filename: string, code: string, pos: number) {
    const before = code.slice(0, pos).split(LINE_END);
    const line = before.length;
    const column = before.at(-1)?.length ?? 0;
    super(`${filename}:${line}:${column + 1}: ${reason}`);
    this.name = 'TransformError';
    // The position in this package does not help the reader, so the stack trace is left out.
    this.stack = `${this.name}: ${this.message}`;
    this.id = filename;
    this.loc = { file: filename, line, column };
    this.frame = codeFrame(code, line, column);
    this.pos = pos;
    this.reason = reason;
  }
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

/**
 * The number of characters of a line that are shown on each side of the position: minified files consist of one line.
 */
const CONTEXT_COLUMNS = 80;

function codeFrame(code: string, line: number, column: number): string {
  const lines = code.split(LINE_END);
  const first = Math.max(0, line - 3);
  const shown = lines.slice(first, line + 2);
  const width = String(first + shown.length).length;
  return shown
    .flatMap((text, i) => {
      const number = first + i + 1;
      const isMarked = number === line;
      const row = `${isMarked ? '>' : ' '} ${String(number).padStart(width)} | ${visiblePart(text, column)}`;
      const marker = `  ${' '.repeat(width)} | ${' '.repeat(Math.min(column, CONTEXT_COLUMNS))}^`;
      return isMarked ? [row, marker] : [row];
    })
    .join('\n');
}

function visiblePart(text: string, column: number): string {
  const from = Math.max(0, column - CONTEXT_COLUMNS);
  return text.slice(from, from + 2 * CONTEXT_COLUMNS);
}

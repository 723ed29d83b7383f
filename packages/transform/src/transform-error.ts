/** What a file that does not parse throws, with the places that bundlers look at. */
export class TransformError extends SyntaxError {
  /** The file. */
  readonly id: string;
  /** Line from 1 on, column from 0 on. */
  readonly loc: { readonly file: string; readonly line: number; readonly column: number };
  /** The lines around the place. */
  readonly frame: string;
  readonly pos: number;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(reason: string, filename: string, code: string, pos: number) {
    const before = code.slice(0, pos).split(/\r\n|[\n\r\u2028\u2029]/);
    const line = before.length;
    const column = before.at(-1)?.length ?? 0;
    const frame = codeFrame(code, line, column);
    super(`${filename}:${line}:${column + 1}: ${reason}`);
    this.name = 'TransformError';
    // Where in this package it was thrown tells the reader nothing.
    this.stack = `${this.name}: ${this.message}`;
    this.id = filename;
    this.loc = { file: filename, line, column };
    this.frame = frame;
    this.pos = pos;
    this.reason = reason;
  }
}

function codeFrame(code: string, line: number, column: number): string {
  const lines = code.split(/\r\n|[\n\r\u2028\u2029]/);
  const first = Math.max(0, line - 3);
  const shown = lines.slice(first, line + 2);
  const width = String(first + shown.length).length;
  return shown
    .flatMap((text, i) => {
      const number = first + i + 1;
      const isIt = number === line;
      const row = `${isIt ? '>' : ' '} ${String(number).padStart(width)} | ${cut(text, column)}`;
      return isIt ? [row, `  ${' '.repeat(width)} | ${' '.repeat(Math.min(column, START))}^`] : [row];
    })
    .join('\n');
}

/** A minified file has one line. */
const START = 80;
function cut(text: string, column: number): string {
  const from = Math.max(0, column - START);
  return text.slice(from, from + 2 * START);
}

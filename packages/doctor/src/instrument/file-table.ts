/**
 * What the doctor records about an instrumented file: its sites, and where text was inserted, so that positions in
 * stack traces can be mapped back. A table is plain data, because on Node 20 ES modules are instrumented in another
 * thread.
 *
 * Inserted text contains no line break, so only columns change.
 */

/** A place in a file that inserted text refers to by its number. */
export interface Site {
  /** How a function is written; `storage` is the creation of a storage. */
  readonly form: 'expression' | 'declaration' | 'method' | 'storage';
  /** Offsets in the file before anything was inserted, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** Its own name, or that of the variable or property that it is assigned to. */
  readonly name?: string;
}

export interface FileTable {
  readonly url: string;
  /** The number of the first site. */
  readonly firstSite: number;
  readonly sites: readonly Site[];
  /** The offsets at which each function begins and ends. */
  readonly functions: readonly (readonly [start: number, end: number])[];
  /** The offset of each insertion and the length of its text, in ascending order. */
  readonly insertions: readonly (readonly [at: number, length: number])[];
  /** The offset at which each line begins. */
  readonly lineStarts: readonly number[];
  /** The comment of a file that was generated from others: it names their source map. */
  readonly mapComment?: string;
  /** Whether the instrumented file has a source map, by which the runtime maps positions in stack traces itself. */
  readonly isMapped?: boolean;
  /** What the runtime adds to the columns of the first line, which starts with code that is not in the file. */
  readonly columnOffset?: number;
}

/** A position in a file. Both numbers begin with 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionOf({ lineStarts, columnOffset = 0 }: FileTable, offset: number): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const column = offset - (lineStarts[low] ?? 0) + 1;
  return { line: low + 1, column: low === 0 ? Math.max(1, column + columnOffset) : column };
}

/** Returns the offset in the file before the insertions of a position in the instrumented code. */
export function originalOffset(table: FileTable, { line, column: shown }: Position): number {
  const { insertions, lineStarts, columnOffset = 0 } = table;
  const column = line === 1 ? shown - columnOffset : shown;
  const start = lineStarts[line - 1] ?? 0;
  const lengths = lengthsBefore(table);
  const first = indexWhere(0, insertions.length, (index) => (insertions[index]?.[0] ?? 0) >= start);
  /** How far the text after an insertion has moved within its line. */
  const movedTo = (index: number) => (insertions[index]?.[0] ?? 0) - start + lengthOf(lengths, first, index);
  const next = indexWhere(first, insertions.length, (index) => movedTo(index) >= column - 1);
  const [at, length] = insertions[next - 1] ?? [0, 0];
  // The position is in inserted text.
  if (next > first && movedTo(next - 1) + length > column - 1) return at;
  return start + column - 1 - lengthOf(lengths, first, next);
}

const knownLengths = new WeakMap<FileTable, Uint32Array>();

/** The length of all insertions before each one. A bundle can have thousands of insertions in one line. */
function lengthsBefore(table: FileTable): Uint32Array {
  let lengths = knownLengths.get(table);
  if (lengths === undefined) {
    lengths = new Uint32Array(table.insertions.length + 1);
    let sum = 0;
    for (const [index, [, length]] of table.insertions.entries()) {
      sum += length;
      lengths[index + 1] = sum;
    }
    knownLengths.set(table, lengths);
  }
  return lengths;
}

function lengthOf(lengths: Uint32Array, from: number, to: number): number {
  return (lengths[to] ?? 0) - (lengths[from] ?? 0);
}

/** Returns the first index for which a condition holds that holds for all after it; `high` if there is none. */
function indexWhere(low: number, high: number, isMet: (index: number) => boolean): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isMet(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Returns the index of the innermost function around an offset, -1 at the top level. */
export function functionAt({ functions }: FileTable, offset: number): number {
  let innermost = -1;
  let size = Number.POSITIVE_INFINITY;
  functions.forEach(([start, end], index) => {
    if (start <= offset && offset < end && end - start < size) {
      innermost = index;
      size = end - start;
    }
  });
  return innermost;
}

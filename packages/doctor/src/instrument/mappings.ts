/** Maps instrumented code to the code before. Insertions contain no line break, so only columns differ. */
import type { FileTable } from './file-table.js';

/** Generated column, source, line and column in it; all begin with 0. */
export type Segment = [number, number, number, number];

/** Returns the segments of each line: one for each word and each other character. */
export function createMappings(code: string, { insertions, lineStarts }: FileTable): Segment[][] {
  let next = 0;
  return lineStarts.map((start, line) => {
    const end = lineStarts[line + 1] ?? code.length;
    const segments: Segment[] = [];
    let inserted = 0;
    for (const { 0: word, index } of code.slice(start, end).matchAll(/\w+|\W/g)) {
      let column = index;
      // A word is split where something was inserted in it.
      for (; (insertions[next]?.[0] ?? Number.POSITIVE_INFINITY) <= start + index + word.length - 1; next++) {
        const [at, length] = insertions[next] ?? [0, 0];
        if (at - start > column) {
          segments.push([column + inserted, 0, line, column]);
          column = at - start;
        }
        inserted += length;
      }
      segments.push([column + inserted, 0, line, column]);
    }
    return segments;
  });
}

/** Replaces blocks that the parser need not see. */
import { type Block, LINE_END_PATTERN } from './scan-code.js';

/**
 * Replaces the content of blocks with spaces, so that all other text keeps its position. If it has the end of a line,
 * the first space is one as well: a comment with several lines can end a statement.
 */
export function blankBlocks(code: string, blocks: readonly Block[]): string {
  let blanked = '';
  let from = 0;
  for (const { start, end } of blocks) {
    const first = LINE_END_PATTERN.test(code.slice(start, end)) ? '\n' : ' ';
    blanked += code.slice(from, start) + first + ' '.repeat(end - start - 1);
    from = end;
  }
  return blanked + code.slice(from);
}

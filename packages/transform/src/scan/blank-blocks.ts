/** Replaces blocks that the parser need not see. */
import { type Block, LINE_END_PATTERN } from './scan-code.js';

/**
 * Replaces the content of blocks with spaces, so that all other text keeps its position. In parentheses, the first of them
 * is a name instead, which can be an argument, a parameter and a condition. Otherwise it is the end of a line if the block
 * has one: a comment with several lines can end a statement.
 */
export function blankBlocks(code: string, blocks: readonly Block[]): string {
  const texts: string[] = [];
  let from = 0;
  for (const { start, end, kind } of blocks) {
    const first = kind === 'parentheses' ? '_' : LINE_END_PATTERN.test(code.slice(start, end)) ? '\n' : ' ';
    texts.push(code.slice(from, start), first, ' '.repeat(end - start - 1));
    from = end;
  }
  texts.push(code.slice(from));
  return texts.join('');
}

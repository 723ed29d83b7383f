/** Replaces blocks that the parser need not see. */
import { type Block, LINE_END_PATTERN } from './scan-code.js';

/**
 * Replaces the content of blocks with spaces, so that all other text keeps its position. The first space is
 *
 * - a name in parentheses, which can be an argument, a parameter and a condition;
 * - the end of a line if the block has one: a comment with several lines can end a statement.
 */
export function blankBlocks(code: string, blocks: readonly Block[]): string {
  const texts: string[] = [];
  let from = 0;
  for (const block of blocks) {
    const { start, end } = block;
    texts.push(code.slice(from, start), firstOf(code, block), spaces(end - start - 1));
    from = end;
  }
  texts.push(code.slice(from));
  return texts.join('');
}

let longest = ' '.repeat(1000);

/** A part of a string costs less than a new one. */
function spaces(count: number): string {
  if (count > longest.length) longest = ' '.repeat(2 * count);
  return longest.slice(0, count);
}

function firstOf(code: string, { start, end, kind }: Block): string {
  switch (kind) {
    case 'parentheses':
      return '_';
    case 'literal':
      return ' ';
    default:
      return LINE_END_PATTERN.test(code.slice(start, end)) ? '\n' : ' ';
  }
}

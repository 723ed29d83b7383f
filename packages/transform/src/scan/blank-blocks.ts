/** Replaces blocks that the parser need not see. */
import type { Block } from './scan-code.js';

/** Replaces the content of blocks with spaces, so that all other text keeps its position. */
export function blankBlocks(code: string, blocks: readonly Block[]): string {
  let blanked = '';
  let from = 0;
  for (const { start, end } of blocks) {
    blanked += code.slice(from, start) + ' '.repeat(end - start);
    from = end;
  }
  return blanked + code.slice(from);
}

/**
 * A link below each program that opens in the playground. A comment directly before the block, which GitHub does not show,
 * says that it does:
 *
 *     <!-- opens in: playground -->
 *     ```js
 *     …
 */

import { fragmentOf } from '@throughline/playground/program-link';
import type { MarkdownRenderer } from 'vitepress';

const MARK = /<!-- opens in: playground -->\s*$/m;

/** @param base the path of the site */
export function linkToPlayground(markdown: MarkdownRenderer, base: string): void {
  const { fence } = markdown.renderer.rules;
  if (fence === undefined) throw new Error('VitePress has no rule for fenced blocks.');
  markdown.renderer.rules.fence = (tokens, index, ...others) => {
    const block = fence(tokens, index, ...others);
    const [token, before] = [tokens[index], tokens[index - 1]];
    if (token === undefined || before?.type !== 'html_block' || !MARK.test(before.content)) return block;
    return `${block}<p class="opens-in-playground"><a href="${base}playground${fragmentOf(token.content)}">Open in the playground</a></p>\n`;
  };
}

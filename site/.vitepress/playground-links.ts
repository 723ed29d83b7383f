/**
 * A link below each program that opens in the playground. Comments directly before the block, which GitHub does not
 * show, say that it does, and in which mode it runs:
 *
 *     <!-- runs on: chromium without the transform -->
 *     <!-- opens in: playground -->
 *     ```js
 *     …
 */
import { fragmentOf } from '@throughline/playground/program-link';
import type { MarkdownRenderer } from 'vitepress';

type Token = Parameters<NonNullable<MarkdownRenderer['renderer']['rules']['fence']>>[0][number];

/** @param base the path of the site */
export function linkToPlayground(markdown: MarkdownRenderer, base: string): void {
  const { fence } = markdown.renderer.rules;
  if (fence === undefined) throw new Error('VitePress has no rule for fenced blocks.');
  markdown.renderer.rules.fence = (tokens, index, ...others) => {
    const block = fence(tokens, index, ...others);
    const marks = commentsBefore(tokens, index);
    const token = tokens[index];
    if (token === undefined || !marks.includes('<!-- opens in: playground -->')) return block;
    const mode = marks.includes('chromium without the transform') ? 'interception' : 'transform';
    const url = `${base}playground${fragmentOf(token.content, mode)}`;
    return `${block}<p class="opens-in-playground"><a href="${markdown.utils.escapeHtml(url)}">Open in the playground</a></p>\n`;
  };
}

function commentsBefore(tokens: readonly Token[], index: number): string {
  let comments = '';
  for (let at = index - 1; tokens[at]?.type === 'html_block'; at--) comments = `${tokens[at]?.content}${comments}`;
  return comments;
}

/**
 * Keeps the fragment of a link as the page has it. VitePress turns it into the id that a heading with this text would
 * get, in lower case and without dots, but the ids of the API reference are names, such as `FlowInspector.close`.
 */
import type { MarkdownRenderer } from 'vitepress';

export function keepFragments(markdown: MarkdownRenderer): void {
  const { link_open: renderLink } = markdown.renderer.rules;
  if (renderLink === undefined) throw new Error('VitePress has no rule for links.');
  markdown.renderer.rules.link_open = (tokens, index, ...others) => {
    const [, fragment] = /(#.*)$/.exec(tokens[index]?.attrGet('href') ?? '') ?? [];
    const html = renderLink(tokens, index, ...others);
    if (fragment === undefined) return html;
    return html.replace(
      /(\shref="[^"#]*)#[^"]*"/,
      (_, path: string) => `${path}${markdown.utils.escapeHtml(fragment)}"`,
    );
  };
}

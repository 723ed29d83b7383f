/** Finds the links of a Markdown text, and replaces what they lead to. */

/** Code, in which brackets are no links; or an image or a link, whose text may contain code and brackets. */
const CODE_OR_LINK =
  /^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^\1\2 *$|`[^`\n]+`|(!?)\[((?:`[^`\n]*`|\[[^\]]*\]|[^[\]`])*)\]\(([^)\s]+)\)/gm;

/**
 * @param markdown the text of a page
 * @param rewrite returns the new target of a link or an image, or `undefined` to keep only the text of a link
 */
export function rewriteLinks(markdown: string, rewrite: (target: string) => string | undefined): string {
  return markdown.replace(
    CODE_OR_LINK,
    (found: string, _indent, _fence, image: string | undefined, text: string | undefined, target?: string) => {
      if (text === undefined || target === undefined) return found;
      // The text of a link may be an image.
      const newText = rewriteLinks(text, rewrite);
      const newTarget = rewrite(target);
      return newTarget === undefined ? newText : `${image}[${newText}](${newTarget})`;
    },
  );
}

/**
 * The styles of the examples, on the site. There they must style only the picture of the start page, and follow the
 * switch between light and dark that a reader of the site has:
 *
 *     :root { --ink: … }                                      stays: these are the colors of the site too
 *     @media (prefers-color-scheme: dark) { :root { … } }     becomes .dark { … }, the class that VitePress sets
 *     td.read { … }                                           becomes .two-users td.read { … }
 *     main .buttons { … }                                     the same: the picture is inside of main
 *     html { … }, body { … }, * { … }                         removed: VitePress has its own
 */
import type { ChildNode, Container, Plugin, Rule } from 'postcss';

const EXAMPLES = /[\\/]examples[\\/]/;
const PICTURE = '.two-users';
const PAGE_SELECTORS = new Set(['html', 'body', '*']);

/** A plugin for PostCSS that changes the rules that come from files of `examples`. */
export const designStyles: Plugin = {
  postcssPlugin: 'design-styles',
  Once(root) {
    root.walkAtRules('media', (media) => {
      if (!isOfExamples(media) || !media.params.includes('prefers-color-scheme: dark')) return;
      media.walkRules(':root', (rule) => {
        rule.selector = '.dark';
      });
      media.replaceWith(media.nodes ?? []);
    });
    root.walkRules((rule) => {
      if (isOfExamples(rule) && !isKeyframe(rule)) limitToPicture(rule);
    });
    // A media query whose rules were all removed.
    root.walkAtRules('media', (media) => {
      if (isOfExamples(media) && media.nodes?.length === 0) media.remove();
    });
  },
};

function limitToPicture(rule: Rule): void {
  if (rule.selector === ':root' || rule.selector === '.dark') {
    rule.walkDecls('color-scheme', (declaration) => {
      declaration.remove();
    });
    return;
  }
  const selectors = rule.selectors.filter((selector) => !PAGE_SELECTORS.has(selector));
  if (selectors.length === 0) rule.remove();
  else rule.selectors = selectors.map((selector) => `${PICTURE} ${selector.replace(/^main /, '')}`);
}

function isOfExamples(node: ChildNode): boolean {
  return EXAMPLES.test(node.source?.input.file ?? '');
}

function isKeyframe({ parent }: { parent: Container | undefined } | Rule): boolean {
  return parent?.type === 'atrule' && /keyframes$/.test((parent as { name?: string }).name ?? '');
}

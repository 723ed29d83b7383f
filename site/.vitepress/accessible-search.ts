/**
 * Corrects the roles in the search box of VitePress, which axe-core rejects: the box is a button, but contains other
 * controls, and so do the options of its list. Here the box is a dialog with a list of links.
 */
import type { Plugin } from 'vite';

const FILE = /VPLocalSearchBox\.vue$/;

/** What is replaced in the template, and by what. */
const REPLACEMENTS: readonly (readonly [found: string, replacement: string])[] = [
  [
    `role="button"
      :aria-owns="results?.length ? 'localsearch-list' : undefined"
      aria-expanded="true"
      aria-haspopup="listbox"
      aria-labelledby="localsearch-label"`,
    `role="dialog"
      aria-modal="true"
      aria-label="Search"`,
  ],
  [`:role="results?.length ? 'listbox' : undefined"`, ''],
  [
    `:aria-selected="selectedIndex === index ? 'true' : 'false'"
            role="option"`,
    '',
  ],
  [`:aria-label="[...p.titles, p.title].join(' > ')"`, ''],
  ['<span class="title-icon">#</span>', '<span class="title-icon" aria-hidden="true">#</span>'],
  ...['navigateUp', 'navigateDown', 'select'].map((key): [string, string] => [
    `<kbd :aria-label="translate('modal.footer.${key}KeyAriaLabel')">`,
    `<kbd role="img" :aria-label="translate('modal.footer.${key}KeyAriaLabel')">`,
  ]),
];

export const accessibleSearch: Plugin = {
  name: 'accessible-search',
  enforce: 'pre',
  transform: {
    filter: { id: FILE },
    handler(code) {
      return correctRoles(code);
    },
  },
};

/** @throws {Error} if the search box is not the one that this file knows */
function correctRoles(code: string): string {
  let corrected = code;
  for (const [found, replacement] of REPLACEMENTS) {
    if (!corrected.includes(found)) {
      throw new Error(
        `The search box of this version of VitePress has no ${found}. Adapt site/.vitepress/accessible-search.ts, or ` +
          'remove it if the test of the search passes without it.',
      );
    }
    corrected = corrected.replace(found, replacement);
  }
  return corrected;
}

/** Where a Markdown file of the repository is on the site. */

/**
 * Returns the path of a page, without an extension:
 *
 *     README.md                     /
 *     CHANGELOG.md                  /changelog
 *     docs/request.md               /request
 *     docs/recipes/next.md          /recipes/next
 *     packages/core/README.md       /packages/core
 *     packages/core/CHANGELOG.md    /packages/core/changelog
 *     site/content/playground.md    /playground
 *
 * @param source the path of the Markdown file in the repository
 */
export function pagePath(source: string): string {
  const path = source
    .replace(/\.md$/, '')
    .replace(/^(docs|site\/content)\//, '')
    .replace(/(^|\/)index$/, '$1')
    .replace(/(^|\/)README$/, '')
    .replace(/(^|\/)([A-Z]+)$/, (_, slash: string, name: string) => slash + name.toLowerCase());
  return `/${path}`;
}

/** The file of a page in `site/pages`: `/request` is in `request.md`, and `/reference/` in `reference/index.md`. */
export function pageFile(path: string): string {
  return `${path.slice(1)}${path.endsWith('/') ? 'index' : ''}.md`;
}

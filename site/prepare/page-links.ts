/** What the links of a Markdown file of the repository lead to on the site. */
import { posix } from 'node:path';
import { pagePath } from './page-path.js';

const { dirname, join, relative } = posix;

const MARKDOWN = /\.md$/;
const IMAGE = /\.(?:png|svg)$/;

export interface LinkContext {
  /** The paths of the Markdown files that are pages of the site. */
  readonly sources: ReadonlySet<string>;
  /** Returns the URL of a file of the repository that is not on the site. */
  repositoryUrl(path: string): string | undefined;
  /** Called with the path of each image that a page shows. */
  onImage(path: string): void;
}

/**
 * Returns the target of a link on the site, or `undefined` if it leads to nothing there.
 *
 * @param source the path of the Markdown file in the repository
 * @param target the target of the link in this file
 * @throws {Error} if the link leads to a heading of the README of the repository, which is not on the site
 */
export function rewriteTarget(source: string, target: string, context: LinkContext): string | undefined {
  if (/^(?:https?|mailto):/.test(target) || target.startsWith('#') || target.startsWith('/')) return target;
  const [path = '', fragment] = target.split('#');
  const linked = join(dirname(source), decodeURIComponent(path)).replace(/\/$/, '');
  const suffix = fragment === undefined ? '' : `#${fragment}`;
  if (linked === 'README.md') {
    if (fragment === undefined) return '/';
    throw new Error(
      `${source} links to README.md${suffix}, which is no page of the site. Link to the page of docs/ that says it.`,
    );
  }
  if (IMAGE.test(linked)) {
    context.onImage(linked);
    const fromPage = relative(dirname(pagePath(source)), `/${linked}`);
    return fromPage.startsWith('.') ? fromPage : `./${fromPage}`;
  }
  // A link to a folder shows its README.
  const page = MARKDOWN.test(linked) ? linked : `${linked}/README.md`;
  return context.sources.has(page) ? pagePath(page) + suffix : context.repositoryUrl(linked);
}

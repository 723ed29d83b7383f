/** Writes the pages that are Markdown files of the repository, with links between pages of the site. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { flatten, header, navigation } from '../navigation.js';
import { navigationProblems } from './check-navigation.js';
import { type LinkContext, rewriteTarget } from './page-links.js';
import { pageFile, pagePath } from './page-path.js';
import { repositoryUrl } from './repository-url.js';
import { rewriteLinks } from './rewrite-links.js';

const CONTENT = 'site/content';

/**
 * @param root the folder of the repository
 * @param pages the folder that VitePress builds
 * @throws {Error} if the navigation does not list the pages that exist
 */
export function writePages(root: string, pages: string): void {
  const docs = markdownFiles(root, 'docs');
  const problems = navigationProblems(navigation, header, docs, (source) => existsSync(join(root, source)));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const listed = navigation
    .flatMap((group) => flatten(group.pages))
    .flatMap((page) => ('source' in page ? [page.source] : []));
  const sources = new Set([...listed, ...markdownFiles(root, CONTENT)]);
  const images = new Set<string>();
  const context: LinkContext = {
    sources,
    repositoryUrl: (path) => repositoryUrl(root, path),
    onImage: (path) => images.add(path),
  };
  for (const source of sources) {
    const text = readFileSync(join(root, source), 'utf8');
    write(
      join(pages, pageFile(pagePath(source))),
      rewriteLinks(text, (target) => rewriteTarget(source, target, context)),
    );
  }
  for (const image of images) cpSync(join(root, image), join(pages, image));
}

/** @returns the paths of the Markdown files in a folder of the repository */
function markdownFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

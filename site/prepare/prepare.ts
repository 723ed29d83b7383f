/**
 * Writes `site/pages`, the folder that VitePress builds, from the files of the repository, so that no text of the site
 * exists twice. Each step is a file of this folder.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeConformance } from '../conformance/write-conformance.js';
import { writeFigures } from '../figures/write-figures.js';
import { writeReference } from '../reference/write-reference.js';
import { addComponents } from './add-components.js';
import { buildPlayground } from './build-playground.js';
import { copyExample } from './copy-example.js';
import { SourcePages } from './source-pages.js';
import { writePages } from './write-pages.js';

/**
 * @param root the folder of the repository
 * @throws {Error} if a source is missing, or the navigation does not list the pages that exist
 */
export async function prepare(root: string): Promise<void> {
  const pages = join(root, 'site/pages');
  rmSync(pages, { recursive: true, force: true });
  writePages(root, pages);
  copyExample(root, pages);
  addComponents(pages);
  const sources = new SourcePages();
  const sourcePath = (file: string, line: number) => sources.pathOf(file, line);
  writeConformance(root, pages, sourcePath);
  writeFigures(root, pages);
  await writeReference(root, pages, sourcePath);
  sources.write(root, pages);
  await buildPlayground(pages);
}

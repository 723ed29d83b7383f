/** The files of docs/testing.md that a project runs: a test runner which the repository does not install needs them. */
import { fileURLToPath } from 'node:url';
import { readGuide } from '../guides/guide-programs.js';
import { fileNameOf } from '../snippets/snippets.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Returns the files under a heading of docs/testing.md, by their names.
 * @throws {Error} if the page has none under it
 */
export function testingGuideFiles(heading: string): Record<string, string> {
  const { runBy } = readGuide(root, 'docs/testing.md');
  const first = runBy.find(({ block }) => block.textBefore.includes(`\n## ${heading}\n`))?.block;
  if (first === undefined) throw new Error(`docs/testing.md has no program under the heading ${heading}.`);
  const blocks = runBy.map(({ block }) => block).filter(({ section }) => section === first.section);
  return Object.fromEntries(blocks.map(({ code }) => [fileNameOf(code), code]));
}

/** Programs of the guides that a project runs, because they need a package that the repository does not install. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readGuide } from '../guides/guide-programs.js';
import { fileNameOf } from '../snippets/snippets.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Returns the files of a page that a project runs, by their names.
 * @param heading only the files under this heading
 * @throws {Error} if the page has none
 */
export function guideFiles(page: string, heading?: string): Record<string, string> {
  const { runBy } = readGuide(root, page);
  const isUnderHeading = (text: string) => heading === undefined || text.includes(`\n## ${heading}\n`);
  const first = runBy.find(({ block }) => isUnderHeading(block.textBefore))?.block;
  if (first === undefined) throw new Error(`${page} has no program${heading ? ` under the heading ${heading}` : ''}.`);
  const blocks = runBy.map(({ block }) => block).filter(({ section }) => section === first.section);
  return Object.fromEntries(blocks.map(({ code }) => [fileNameOf(code), code]));
}

/**
 * Returns what a program of a page prints: the block after the text “`node orders.mjs` prints:”.
 * @throws {Error} if there is no such block
 */
export function guideOutput(page: string, file: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  const name = file.replaceAll('.', '\\.');
  const [, output] = new RegExp(`\`\\w+ ${name}\` prints:\n\n\`\`\`\n([\\s\\S]*?)\n\`\`\`\n`).exec(text) ?? [];
  if (output === undefined) throw new Error(`${page} does not say what ${file} prints.`);
  return output;
}

/** Returns the block of a language that is not run. @throws {Error} if the page has none */
export function guideBlock(page: string, language: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  const [, code] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\`\n`).exec(text) ?? [];
  if (code === undefined) throw new Error(`${page} has no block of ${language}.`);
  return code;
}

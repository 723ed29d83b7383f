/**
 * `npm run figures`: writes the figures of docs/bench into README.md and draws the plots again. With `--check`, it
 * changes no file and fails if one is out of date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAllResults } from '../measure/results.js';
import { barPlotsOf, linePlotsOf } from '../report/plot-files.js';
import { renderSuite, replaceFigures } from '../report/readme-figures.js';
import { SUITES } from '../suites.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const README = join(ROOT, 'README.md');
const RESULTS_FOLDER = join(ROOT, 'docs', 'bench');

try {
  const args = process.argv.slice(2);
  if (args.some((arg) => arg !== '--check')) throw new Error('Usage: update-figures.js [--check]');
  updateFigures(args.includes('--check'));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** @throws {Error} if a file is out of date and `isCheck` is set */
function updateFigures(isCheck: boolean): void {
  const outdated = [...generateFiles()].filter(
    ([file, content]) => !existsSync(file) || readFileSync(file, 'utf8') !== content,
  );
  if (outdated.length === 0) {
    console.log('README.md and its plots are up to date with docs/bench.');
    return;
  }
  const names = outdated.map(([file]) => relative(ROOT, file)).join(', ');
  if (isCheck) throw new Error(`Out of date with the figures in docs/bench: ${names}. Run npm run figures.`);
  for (const [file, content] of outdated) writeFileSync(file, content);
  console.log(`Updated ${names}.`);
}

/** @returns the contents of all generated files by path */
function generateFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const sections: string[] = [];
  for (const suite of Object.values(SUITES)) {
    const all = readAllResults(RESULTS_FOLDER, suite);
    if (all.length === 0) continue;
    sections.push(renderSuite(suite, all, 'docs/bench'));
    const plots = [...all.flatMap((results) => linePlotsOf(suite, results)), ...barPlotsOf(suite, all)];
    for (const { file, draw } of plots) files.set(join(RESULTS_FOLDER, file), draw());
  }
  if (sections.length === 0) throw new Error('docs/bench contains no figures. npm run bench measures and writes them.');
  return files.set(README, replaceFigures(readFileSync(README, 'utf8'), sections.join('\n')));
}

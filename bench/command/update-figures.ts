/**
 * `npm run figures`: writes the figures of docs/bench into docs/benchmarks.md and docs/growth.md, draws the plots again, and
 * writes the two tables of the README. With `--check`, it changes no file and fails if one is out of date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GROWTH_CHAPTERS } from '../growth/growth-chapters.js';
import { readAllResults, readResults } from '../measure/results.js';
import { README_ROWS } from '../readme-rows.js';
import { renderSuite } from '../report/benchmarks-page.js';
import { replaceGeneratedSection } from '../report/generated-section.js';
import { renderGrowth } from '../report/growth-page.js';
import { barPlotsOf, linePlotsOf } from '../report/plot-files.js';
import { renderReadmeFigures } from '../report/readme-figures.js';
import { renderRuntimeTable } from '../report/runtime-table.js';
import { SUITES } from '../suites.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
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
    console.log(
      'README.md, docs/benchmarks.md, docs/growth.md and the plots are up to date with docs/bench and docs/conformance.md.',
    );
    return;
  }
  const names = outdated.map(([file]) => relative(ROOT, file)).join(', ');
  if (isCheck) {
    throw new Error(`Out of date with docs/bench or docs/conformance.md: ${names}. Run npm run figures.`);
  }
  for (const [file, content] of outdated) writeFileSync(file, content);
  console.log(`Updated ${names}.`);
}

/** @returns the contents of all generated files by path */
function generateFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const sections: string[] = [];
  const growth: string[] = [];
  for (const suite of Object.values(SUITES)) {
    const all = readAllResults(RESULTS_FOLDER, suite);
    if (all.length === 0) continue;
    if (suite.page === 'growth.md') growth.push(renderGrowth(suite, GROWTH_CHAPTERS, all, 'bench'));
    else sections.push(renderSuite(suite, all, 'bench'));
    const plots = [...all.flatMap((results) => linePlotsOf(suite, results)), ...barPlotsOf(suite, all)];
    for (const { file, draw } of plots) files.set(join(RESULTS_FOLDER, file), draw());
  }
  if (sections.length === 0) throw new Error('docs/bench contains no figures. npm run bench measures and writes them.');
  files.set(...generatePage('docs/benchmarks.md', 'bench', sections));
  files.set(...generatePage('docs/growth.md', 'growth', growth));
  return files.set(join(ROOT, 'README.md'), generateReadme());
}

function generatePage(page: string, section: string, parts: readonly string[]): [path: string, content: string] {
  return [join(ROOT, page), replaceGeneratedSection(readProjectFile(page), page, section, parts.join('\n'))];
}

function generateReadme(): string {
  const figures = renderReadmeFigures(README_ROWS, (environment) => readResults(RESULTS_FOLDER, environment));
  const runtimes = renderRuntimeTable(readProjectFile('docs/conformance.md'));
  const readme = replaceGeneratedSection(readProjectFile('README.md'), 'README.md', 'bench', figures);
  return replaceGeneratedSection(readme, 'README.md', 'conformance', runtimes);
}

function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

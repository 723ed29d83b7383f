/** Writes the figures into README.md; with `--check`, only says whether they stand there already. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readAllResults } from '../measure/results.js';
import { figuresInMarkdown, withFigures } from '../report/readme-figures.js';
import { SUITES } from '../suites.js';

const README = fileURLToPath(new URL('../../../README.md', import.meta.url));
const FIGURES = fileURLToPath(new URL('../../../docs/bench', import.meta.url));

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function updated(readme: string): string {
  const parts = Object.values(SUITES).flatMap((suite) => {
    const results = readAllResults(FIGURES, suite);
    return results.length === 0 ? [] : [figuresInMarkdown(suite, results, 'docs/bench')];
  });
  if (parts.length === 0) fail('docs/bench has no figures: npm run bench writes them.');
  try {
    return withFigures(readme, parts.join('\n'));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--check')) fail('usage: tables.js [--check]');
const readme = readFileSync(README, 'utf8');
const text = updated(readme);
if (text === readme) console.log('README.md has the figures of docs/bench.');
else if (args.includes('--check'))
  fail('README.md does not have the figures of docs/bench: write them in without --check.');
else writeFileSync(README, text);

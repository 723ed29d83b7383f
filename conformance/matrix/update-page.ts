/**
 * Writes `docs/conformance.md` from `docs/conformance.json`, after a change of its texts or of a reason. With
 * `--check`, it changes no file and fails if the page is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { formatConformancePage } from './conformance-page.js';
import { readRecordedResults } from './results-file.js';

const PAGE = new URL('../../../docs/conformance.md', import.meta.url);

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--check')) {
  console.error('Usage: update-page.js [--check]');
  process.exit(2);
}
const page = formatConformancePage(readRecordedResults());
if (page === readFileSync(PAGE, 'utf8')) {
  console.log('docs/conformance.md is up to date with docs/conformance.json and conformance/differences.ts.');
} else if (args.includes('--check')) {
  console.error('docs/conformance.md is out of date with docs/conformance.json. Run npm run figures.');
  process.exitCode = 1;
} else {
  writeFileSync(PAGE, page);
  console.log('Updated docs/conformance.md.');
}

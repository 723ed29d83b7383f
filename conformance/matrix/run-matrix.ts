/**
 * The command of `npm run test:all` and `npm run conformance`: runs all cases in all columns. A failure of Throughline
 * or of a runtime's own class that `differences.ts` does not explain makes the command fail; failures of the peers do
 * not. With `--write`, it writes the results to `docs/conformance.json`, and generates `docs/conformance.md` from them.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CaseResult } from '../hosts/run-cases.js';
import { type ImplementationName, isThroughline, type Peer, peers } from '../implementations.js';
import { type Column, columns, type ImplementationRun } from './columns.js';
import { formatConformancePage } from './conformance-page.js';
import { findCasesNeverRun, findStaleDifferences, findUnexplainedFailures } from './problems.js';
import type { ColumnResults, Matrix } from './results.js';
import { writeRecordedResults } from './results-file.js';

/**
 * Some columns are idle most of the time, so two share the machine. With more, cases could exceed their ten seconds.
 */
const CONCURRENT_COLUMNS = 2;

const usage = `Usage: npm run test:all -- [--only KEY,KEY] [--write]
  --only KEYS  run these columns only: ${Object.keys(columns).join(', ')}
  --write      write docs/conformance.json and docs/conformance.md
  --help       show this text`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean', default: false }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const keys = values.only?.split(',') ?? Object.keys(columns);
const unknownKeys = keys.filter((key) => !(key in columns));
if (unknownKeys.length > 0 || (values.write && values.only !== undefined)) {
  const problem =
    unknownKeys.length > 0
      ? `There is no column named ${unknownKeys.join(', ')}.`
      : '--write needs all columns: remove --only.';
  console.error(`${problem}\n${usage}`);
  process.exit(2);
}

const problems: string[] = [];
let passed = 0;

const matrix = await runColumns();
problems.push(...findUnexplainedFailures(matrix));
if (values.only === undefined) problems.push(...findStaleDifferences(matrix), ...findCasesNeverRun(matrix));
if (values.write && problems.length === 0) {
  const results = { matrix, peerVersions: readPeerVersions() };
  writeRecordedResults(results);
  await writeFile(projectPath('docs/conformance.md'), formatConformancePage(results));
}
for (const problem of problems) console.error(problem);
console.log(`${passed} passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);

/** Returns the results of the columns that could be run, in the order of `keys`. */
async function runColumns(): Promise<Matrix> {
  const results = new Map<string, ColumnResults>();
  const queue = keys.values();
  const runFromQueue = async () => {
    for (const key of queue) {
      const column = columns[key] as Column;
      try {
        results.set(key, await runColumn(column));
      } catch (error) {
        problems.push(`${column.title}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_COLUMNS }, runFromQueue));
  return new Map([...results].sort(([a], [b]) => keys.indexOf(a) - keys.indexOf(b)));
}

async function runColumn({ title, section, start }: Column): Promise<ColumnResults> {
  const { version, runs, close } = await start();
  try {
    const results = new Map<ImplementationName, readonly CaseResult[]>();
    const finish = async ({ implementation, ...run }: ImplementationRun) => {
      const caseResults = await run.execute();
      results.set(implementation, caseResults);
      printCounts(title, implementation, caseResults);
    };
    // Pages are idle most of the time. Server runtimes are not, and some of their cases start processes.
    if (section === 'browsers') await Promise.all(runs.map(finish));
    else for (const run of runs) await finish(run);
    return { title, section, version, results };
  } finally {
    await close();
  }
}

function printCounts(title: string, implementation: ImplementationName, results: readonly CaseResult[]): void {
  const count = { pass: 0, fail: 0, absent: 0 };
  for (const { outcome } of results) count[outcome]++;
  // The other implementations serve for comparison, so only cases on Throughline count as passed.
  if (isThroughline(implementation)) passed += count.pass;
  console.log(
    `${title.padEnd(24)} ${implementation.padEnd(20)} ${count.pass} pass, ${count.fail} differ, ${count.absent} absent`,
  );
}

function projectPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

function readPeerVersions(): Record<Peer, string> {
  const { resolve } = createRequire(import.meta.url);
  const versions = peers.map((peer) => {
    const { version } = JSON.parse(readFileSync(resolve(`${peer}/package.json`), 'utf8')) as { version: string };
    return [peer, version];
  });
  return Object.fromEntries(versions);
}

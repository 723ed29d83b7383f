/**
 * Runs all cases in all columns of the table. Any failure of Throughline or of a runtime's own class that `differences.ts`
 * does not explain is an error; the peers' need no explanation. With `--write`, `docs/conformance.md` and the README's table
 * are made of the results.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { differences, findDifference } from '../differences.js';
import type { Result } from '../hosts/run-cases.js';
import { type ImplementationName, isOurs, isPeer } from '../implementations.js';
import { type Column, columns, type Run } from './columns.js';
import { type ColumnResults, type Matrix, summary, table } from './conformance-page.js';

/** How many columns run at a time: some of them wait much, and a case must not take ten seconds. */
const LANES = 2;

const usage = `Usage: npm run test:all -- [--only KEY,KEY] [--write]
  --only KEYS  these columns only: ${Object.keys(columns).join(', ')}
  --write      write docs/conformance.md and the table of README.md
  --help       this text`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean', default: false }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const keys = values.only?.split(',') ?? Object.keys(columns);
const unknown = keys.filter((key) => !(key in columns));
if (unknown.length > 0 || (values.write && values.only !== undefined)) {
  const problem = unknown.length > 0 ? `No column is called ${unknown.join(', ')}.` : '--write needs all columns.';
  console.error(`${problem}\n${usage}`);
  process.exit(2);
}

const problems: string[] = [];
/** The entries of `differences` that a case has asked for, and for which. */
const needed = new Set<string>();
let passed = 0;

const matrix = await runAll();
if (values.only === undefined) {
  findIdleDifferences();
  findUntried(matrix);
}
if (values.write && problems.length === 0) await write(matrix);
for (const problem of problems) console.error(problem);
console.log(`${passed} passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);

/** The columns that could be run, in their order. */
async function runAll(): Promise<Matrix> {
  const done = new Map<string, ColumnResults>();
  const queue = keys.values();
  const lane = async () => {
    for (const key of queue) {
      const column = columns[key] as Column;
      try {
        done.set(key, await runColumn(key, column));
      } catch (error) {
        problems.push(`${column.title}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return new Map([...done].sort(([a], [b]) => keys.indexOf(a) - keys.indexOf(b)));
}

async function runColumn(key: string, { title, part, start }: Column): Promise<ColumnResults> {
  const { version, runs, close } = await start();
  try {
    const results = new Map<ImplementationName, readonly Result[]>();
    const finish = async ({ implementation, ...run }: Run) => {
      const found = await run.results();
      results.set(implementation, found);
      report(key, title, implementation, found);
    };
    // Pages wait most of the time. Runtimes do so much less, and some of their cases start processes.
    if (part === 'browsers') await Promise.all(runs.map(finish));
    else for (const run of runs) await finish(run);
    return { title, part, version, results };
  } finally {
    await close();
  }
}

function report(key: string, title: string, implementation: ImplementationName, results: readonly Result[]): void {
  const count = { pass: 0, fail: 0, absent: 0 };
  for (const { name, outcome, reason } of results) {
    count[outcome]++;
    if (outcome !== 'fail' || isPeer(implementation)) continue;
    const difference = findDifference(key, implementation, name);
    if (difference === undefined) problems.push(`${title}, ${implementation}: ${name}: ${reason}`);
    else needed.add(`${differences.indexOf(difference)} ${name}`);
  }
  // Only what is ours can pass a test of ours; the others are there to be compared with.
  if (isOurs(implementation)) passed += count.pass;
  console.log(
    `${title.padEnd(24)} ${implementation.padEnd(20)} ${count.pass} pass, ${count.fail} differ, ${count.absent} absent`,
  );
}

function findIdleDifferences(): void {
  for (const difference of differences) {
    const idle = difference.cases.filter((name) => !needed.has(`${differences.indexOf(difference)} ${name}`));
    for (const name of idle) problems.push(`differences.ts has an entry that no column needs: ${name}`);
  }
}

/** Node has all that a case for servers asks for, and at least one browser what a case for pages does. */
function findUntried(matrix: Matrix): void {
  const untried = new Map<string, string[]>();
  const tried = new Set<string>();
  for (const [key, { title, part, results }] of matrix) {
    for (const [implementation, found] of results) {
      if (!isOurs(implementation)) continue;
      for (const { name, outcome, reason } of found) {
        if (part === 'browsers' && outcome !== 'absent') tried.add(name);
        if (key.startsWith('node') && outcome === 'absent') {
          untried.set(name, [...(untried.get(name) ?? []), `${title}: ${reason}`]);
        }
      }
    }
  }
  for (const [name, reasons] of untried) {
    if (!tried.has(name)) problems.push(`No browser has tried, and not every Node: ${name} (${reasons.join('; ')})`);
  }
}

async function write(matrix: Matrix): Promise<void> {
  await writeFile(inProject('docs/conformance.md'), table(matrix));
  const readme = await readFile(inProject('README.md'), 'utf8');
  const [before, , after] = readme.split(/(?<=<!-- conformance:start -->)|(?=<!-- conformance:end -->)/);
  if (after === undefined) {
    problems.push('README.md has no <!-- conformance:start --> with <!-- conformance:end --> after it');
  } else {
    await writeFile(inProject('README.md'), `${before}\n\n${summary(matrix)}\n\n${after}`);
  }
}

function inProject(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

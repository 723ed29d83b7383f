/**
 * `npm run suites`: runs the test suites of libraries alone and with `throughline/register`, and prints every test that
 * passes alone only. With `--write`, it updates the table of docs/register.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installRuntime } from '../runtimes/install-runtime.js';
import { runtimes } from '../runtimes/runtimes.js';
import { type Comparison, compareFile, sumComparisons } from './compare-runs.js';
import { findTestFiles, installSuite, SUITES_FOLDER } from './install-suite.js';
import { findNodeTests, NODE_SUITE, tagFor } from './node-tests.js';
import { NODE_VERSIONS, type NodeVersion, titleOfNode } from './node-versions.js';
import { runTestFile } from './run-test-file.js';
import type { SuiteDifference, TestFile } from './suite.js';
import { SUITES } from './suites.js';
import { type SuiteRow, updateSuitesTable } from './suites-table.js';

const PAGE = new URL('../../../docs/register.md', import.meta.url);

const usage = `Usage: npm run suites -- [--node 20,26] [--sources FOLDER] [--node-tests FOLDER] [--write] [WORD ...]
  WORD                 run the suites whose titles contain one of the words
  --node VERSIONS      the versions of Node: ${NODE_VERSIONS.map((key) => key.slice(4)).join(', ')}. Default: all
  --sources FOLDER     has checkouts of the libraries whose tests are not on npm, in folders such as express
  --node-tests FOLDER  has checkouts of Node, in folders with the names of their tags, such as v24.12.0
  --jobs NUMBER        how many test files run at a time. Default: 2
  --write              update the rows of these suites in docs/register.md`;

const { values, positionals } = parseArgs({
  options: {
    node: { type: 'string' },
    sources: { type: 'string' },
    'node-tests': { type: 'string' },
    jobs: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

if (values.help) {
  console.log(usage);
  process.exit(0);
}
const nodes = selectNodes(values.node);
const jobs = Number(values.jobs);
if (!Number.isInteger(jobs) || jobs < 1) fail(`--jobs must be a positive integer, not ${values.jobs}.`);
if (values.write && nodes.length < NODE_VERSIONS.length) fail('--write needs all versions of Node: remove --node.');

/** A suite whose files may depend on the version of Node. */
interface PreparedSuite {
  readonly title: string;
  readonly uses: string;
  readonly differences: readonly SuiteDifference[];
  readonly on: (node: NodeVersion) => { readonly version: string; readonly files: readonly TestFile[] };
}

const words = positionals.map((word) => word.toLowerCase());
const isSelected = ({ title }: { title: string }) =>
  words.length === 0 || words.some((word) => title.toLowerCase().includes(word));

const rows: SuiteRow[] = [];
const problems: string[] = [];
let count = 0;
for await (const suite of prepareSuites()) {
  count++;
  rows.push(await runSuite(suite));
}
if (count === 0) fail(`No suite has a title with ${positionals.join(' or ')}, and all that it needs.`);
if (values.write) {
  const page = await readFile(PAGE, 'utf8');
  await writeFile(PAGE, updateSuitesTable(page, rows, [NODE_SUITE, ...SUITES]));
  console.log('Updated docs/register.md.');
}
if (problems.length > 0) {
  console.error(`\n${problems.join('\n')}\n\nWhat the processes printed: ${join(SUITES_FOLDER, 'logs')}`);
  process.exitCode = 1;
}

/** Installs the suites that were selected, one after the other. */
async function* prepareSuites(): AsyncGenerator<PreparedSuite> {
  const tests = values['node-tests'];
  if (isSelected(NODE_SUITE)) {
    if (tests === undefined)
      console.log(`${NODE_SUITE.title}: not run, because --node-tests names no checkout of Node`);
    else {
      yield {
        ...NODE_SUITE,
        on(node) {
          const version = tagFor(runtimes[node].version, tests);
          return { version, files: findNodeTests(join(tests, version), runtimes[node].version) };
        },
      };
    }
  }
  for (const suite of SUITES.filter(isSelected)) {
    if ('checkout' in suite.source && values.sources === undefined) {
      console.log(`${suite.title}: not run, because its tests are not on npm, and --sources names no checkout`);
      continue;
    }
    const { folder, version } = await installSuite(suite, values.sources);
    const files = findTestFiles(suite, folder).map((name) => ({ name, folder, runner: suite.runner }));
    yield {
      title: suite.title,
      uses: suite.uses,
      differences: suite.differences ?? [],
      on: () => ({ version, files }),
    };
  }
}

/** Runs a suite on all versions of Node. */
async function runSuite({ title, uses, differences, on }: PreparedSuite): Promise<SuiteRow> {
  const versions = new Set<string>();
  const results: Partial<Record<NodeVersion, Comparison>> = {};
  for (const key of nodes) {
    const startTime = performance.now();
    const node = await installRuntime(runtimes[key]);
    const { version, files } = on(key);
    versions.add(version);
    const comparison = await compareFiles(files, node, join(SUITES_FOLDER, 'logs', title.replace('/', '__'), key));
    results[key] = comparison;
    const { tests, passedAlone, passedRegistered, failedRegistered } = comparison;
    const seconds = ((performance.now() - startTime) / 1000).toFixed(0);
    console.log(
      `${title} ${version}, ${titleOfNode(key)}: ${files.length} files, ${tests} tests, ${passedAlone} pass alone, ` +
        `${passedRegistered} of them registered (${seconds} s)`,
    );
    problems.push(...findProblems(`${title}, ${titleOfNode(key)}`, failedRegistered, listed(differences, key)));
  }
  return { title, version: [...versions].join(', '), uses, results: results as SuiteRow['results'] };
}

async function compareFiles(files: readonly TestFile[], node: string, logs: string): Promise<Comparison> {
  const comparisons = new Map<string, Comparison>();
  const queue = [...files];
  const runNext = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const current = file;
      const comparison = await compareFile((way) =>
        runTestFile(current, { node, isRegistered: way === 'registered', logs: join(logs, way) }),
      );
      comparisons.set(file.name, comparison);
    }
  };
  await Promise.all(Array.from({ length: jobs }, runNext));
  return sumComparisons(comparisons);
}

function listed(differences: readonly SuiteDifference[], node: NodeVersion): readonly string[] {
  return differences.filter(({ nodes: affected }) => affected.includes(node)).flatMap(({ tests }) => tests);
}

/** Compares the tests that pass alone only with the differences that are listed. */
function findProblems(place: string, failed: readonly string[], known: readonly string[]): string[] {
  return [
    ...failed.filter((test) => !known.includes(test)).map((test) => `${place}: passes alone only: ${test}`),
    ...known
      .filter((test) => !failed.includes(test))
      .map((test) => `${place}: listed as a difference, but equal: ${test}`),
  ];
}

function selectNodes(list: string | undefined): readonly NodeVersion[] {
  if (list === undefined) return NODE_VERSIONS;
  return list.split(',').map((major) => {
    const key = NODE_VERSIONS.find((version) => version === `node${major.trim()}`);
    return key ?? fail(`There is no column for Node ${major}.`);
  });
}

function fail(message: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}

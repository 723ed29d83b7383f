/**
 * `npm run suites`: runs the test suites of libraries alone and with `throughline/register`, and prints every test that
 * passes only alone. With `--write`, it updates the table of docs/register.md. With `--doctor`, the doctor is loaded instead,
 * and the table is that of docs/doctor.md.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { NODE_SUITE } from './node-tests.js';
import { NODE_VERSIONS, type NodeVersion } from './node-versions.js';
import { DOCTOR, FINDINGS_FOLDER, REGISTER } from './preloads.js';
import { missingOption, prepareSuite } from './prepared-suite.js';
import { LOGS_FOLDER, runSuite } from './run-suite.js';
import { SUITES } from './suites.js';
import { type SuiteRow, updateSuitesTable } from './suites-table.js';

const usage = `Usage: npm run suites -- [--doctor] [--node 20,26] [--sources FOLDER] [--node-tests FOLDER] [--write] [WORD ...]
  WORD                 run the suite with this title, otherwise those whose titles contain the word
  --doctor             load the doctor instead of throughline/register, and check every function
  --node VERSIONS      the versions of Node: ${NODE_VERSIONS.map((key) => key.slice(4)).join(', ')}. Default: all
  --sources FOLDER     has checkouts of the libraries whose tests are not on npm, in folders such as express
  --node-tests FOLDER  has checkouts of Node, in folders with the names of their tags, such as v24.12.0
  --jobs NUMBER        how many test files run at a time. Default: 2
  --write              update the rows of these suites in docs/register.md, with --doctor in docs/doctor.md`;

const { values, positionals } = parseArgs({
  options: {
    doctor: { type: 'boolean', default: false },
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
const preload = values.doctor ? DOCTOR : REGISTER;
const nodes = selectNodes(values.node);
const jobs = Number(values.jobs);
if (!Number.isInteger(jobs) || jobs < 1) fail(`--jobs must be a positive integer, not ${values.jobs}.`);
if (values.write && nodes.length < NODE_VERSIONS.length) fail('--write needs all versions of Node: remove --node.');

const allSuites = [NODE_SUITE, ...SUITES];
const selected = allSuites.filter(
  ({ title }) => positionals.length === 0 || positionals.some((word) => isSelected(title, word.toLowerCase())),
);
if (selected.length === 0) fail(`No suite has a title with ${positionals.join(' or ')}.`);

if (values.doctor) await mkdir(FINDINGS_FOLDER, { recursive: true });
const checkouts = { sources: values.sources, nodeTests: values['node-tests'] };
const problems: string[] = [];
for (const suite of selected) {
  const { title } = suite;
  const option = missingOption(suite, checkouts);
  if (option !== undefined) {
    console.log(`${title}: not run, because its tests are not on npm. ${option} names a folder with a checkout.`);
    continue;
  }
  try {
    const run = await runSuite(await prepareSuite(suite, checkouts), preload, nodes, jobs);
    problems.push(...run.problems);
    if (values.write) await updatePage({ ...suite, version: run.version, results: run.results as SuiteRow['results'] });
  } catch (error) {
    problems.push(`${title}: ${error instanceof Error ? error.message : error}`);
  }
}
if (problems.length > 0) {
  console.error(`\n${problems.join('\n')}\n\nWhat the processes printed: ${LOGS_FOLDER}`);
  process.exitCode = 1;
}

/** A word that is a whole title selects this suite only: `fastify`, and not `@fastify/otel`. */
function isSelected(title: string, word: string): boolean {
  return allSuites.some((suite) => suite.title.toLowerCase() === word)
    ? title.toLowerCase() === word
    : title.toLowerCase().includes(word);
}

/** After each suite, because all of them take an hour. */
async function updatePage(row: SuiteRow): Promise<void> {
  const page = await readFile(preload.page, 'utf8');
  await writeFile(preload.page, updateSuitesTable(page, [row], allSuites, preload.word));
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

/**
 * Runs all cases on all runtimes, on Throughline and on the runtime's own classes. Any outcome that `differences.ts`
 * does not explain is an error. With `--write`, `docs/conformance.md` and the README's table are made of the results.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { differences, findDifference } from './differences.js';
import { type ImplementationName, implementationNames } from './implementations.js';
import { launch } from './launch.js';
import type { Result } from './run-cases.js';
import { install, type Runtime, runtimes } from './runtimes.js';
import { summary, table } from './table.js';

const usage = `Usage: npm run test:all -- [--only KEY,KEY] [--write]
  --only KEYS  these runtimes only: ${Object.keys(runtimes).join(', ')}
  --write      write docs/conformance.md and the table of README.md
  --help       this text`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean', default: false }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const keys = values.only?.split(',') ?? Object.keys(runtimes);
const unknown = keys.filter((key) => !(key in runtimes));
if (unknown.length > 0 || (values.write && values.only !== undefined)) {
  const problem = unknown.length > 0 ? `No runtime is called ${unknown.join(', ')}.` : '--write needs all runtimes.';
  console.error(`${problem}\n${usage}`);
  process.exit(2);
}

const matrix = new Map<string, Map<ImplementationName, readonly Result[]>>();
const problems: string[] = [];
/** The entries of `differences` that a case has asked for, and for which. */
const needed = new Set<string>();
let passed = 0;

for (const key of keys) {
  const runtime = runtimes[key] as Runtime;
  const binary = await install(runtime);
  const byImplementation = new Map<ImplementationName, readonly Result[]>();
  matrix.set(key, byImplementation);
  for (const implementation of implementationNames) {
    const results = await launch(runtime, binary, implementation);
    byImplementation.set(implementation, results);
    report(key, runtime, implementation, results);
  }
}

if (values.only === undefined) {
  for (const difference of differences) {
    const idle = difference.cases.filter((name) => !needed.has(`${differences.indexOf(difference)} ${name}`));
    for (const name of idle) problems.push(`differences.ts has an entry that no runtime needs: ${name}`);
  }
}
if (values.write) {
  await writeFile(inProject('docs/conformance.md'), table(matrix));
  const readme = await readFile(inProject('README.md'), 'utf8');
  const [before, , after] = readme.split(/(?<=<!-- conformance:start -->)|(?=<!-- conformance:end -->)/);
  if (after === undefined)
    problems.push('README.md has no <!-- conformance:start --> with <!-- conformance:end --> after it');
  else await writeFile(inProject('README.md'), `${before}\n\n${summary(matrix)}\n\n${after}`);
}
for (const problem of problems) console.error(problem);
console.log(`${passed} passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);

function inProject(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

function report(key: string, runtime: Runtime, implementation: ImplementationName, results: readonly Result[]): void {
  const count = { pass: 0, fail: 0, absent: 0 };
  for (const { name, outcome, reason } of results) {
    count[outcome]++;
    // Node has all that a case asks for: what is absent there was not tried.
    if (outcome === 'absent' && implementation === 'throughline' && runtime.package === 'node') {
      problems.push(`${runtime.title}: ${name}: ${reason}`);
    }
    if (outcome !== 'fail') continue;
    const difference = findDifference(key, implementation, name);
    if (difference === undefined) problems.push(`${runtime.title}, ${implementation}: ${name}: ${reason}`);
    else needed.add(`${differences.indexOf(difference)} ${name}`);
  }
  // Only what is ours can pass a test of ours; the runtime's own class is there to be compared with.
  if (implementation === 'throughline') passed += count.pass;
  console.log(
    `${runtime.title.padEnd(26)} ${implementation.padEnd(12)} ${count.pass} pass, ${count.fail} differ, ${count.absent} absent`,
  );
}

/**
 * Checks on each version of Node that programs behave with the doctor as they do alone.
 *
 *     npm run doctor:transparency                              the tests of the constructs
 *     npm run doctor:transparency -- --sources FOLDER          also files of test262: FOLDER has a checkout in test262
 *     npm run doctor:transparency -- --node 20,26 --count 500  on these versions, with so many files. Default: 2000
 *     npm run doctor:transparency -- --sources FOLDER --write  updates the table of docs/doctor.md
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Test262Result } from './test262/test262-program.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const VERSIONS = ['20', '22', '24', '26'];
const MARKS = ['<!-- transparency -->', '<!-- /transparency -->'] as const;

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: VERSIONS.join() },
    sources: { type: 'string' },
    count: { type: 'string', default: '2000' },
    write: { type: 'boolean', default: false },
  },
});
const checkout = values.sources === undefined ? undefined : join(resolve(values.sources), 'test262');
if (checkout !== undefined && !existsSync(join(checkout, 'test'))) {
  fail(`${checkout} is no checkout of test262, which has a folder named test.`);
}
if (values.write && checkout === undefined) fail('--write needs --sources, the folder with a checkout of test262.');

const rows: string[] = [];
for (const version of values.node.split(',')) {
  const node = join(root, `.runtimes/node${version}/node_modules/.bin/node`);
  if (!existsSync(node)) {
    console.log(`Node ${version}: not run, because it is not in .runtimes. npm run test:all installs it.`);
    continue;
  }
  const name = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1);
  const constructs = runConstructs(node);
  const cells = [`Node ${name}`, constructs];
  if (checkout !== undefined) {
    const { files, passed, differences } = runTest262(node, checkout);
    cells.push(`${files.toLocaleString('en')}`, `${passed.toLocaleString('en')}`, `${differences.length}`);
    for (const difference of differences) console.log(`  ${difference}`);
    if (differences.length > 0) process.exitCode = 1;
  }
  rows.push(`| ${cells.join(' | ')} |`);
  console.log(rows.at(-1));
}
if (values.write) writeTable();

/** @returns how many tests pass, of how many that this version can run */
function runConstructs(node: string): string {
  const file = 'packages/doctor/dist/instrument/transparency.test.js';
  const { stdout, status } = spawnSync(node, ['--test-reporter=tap', '--test', file], { cwd: root, encoding: 'utf8' });
  const count = (key: string) => /\d+/.exec(new RegExp(`^# ${key} (\\d+)`, 'm').exec(stdout)?.[0] ?? '')?.[0] ?? '0';
  if (status !== 0) {
    process.exitCode = 1;
    console.log(stdout);
  }
  return `${count('pass')} of ${Number(count('tests')) - Number(count('skipped'))}`;
}

function runTest262(node: string, folder: string): Test262Result {
  const findings = mkdtempSync(join(tmpdir(), 'throughline-doctor-'));
  try {
    const program = fileURLToPath(new URL('test262/test262-program.js', import.meta.url));
    const { stdout, stderr, status } = spawnSync(node, ['--expose-gc', program, folder, values.count], {
      encoding: 'utf8',
      maxBuffer: 1e8,
      env: {
        ...process.env,
        THROUGHLINE_DOCTOR: JSON.stringify({ folder: findings }),
        THROUGHLINE_DOCTOR_FORCED: '1',
        NODE_NO_WARNINGS: '1',
      },
    });
    if (status !== 0) throw new Error(`The program ended with ${status}:\n${stdout}${stderr}`);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  } finally {
    rmSync(findings, { recursive: true, force: true });
  }
}

function writeTable(): void {
  const page = join(root, 'docs/doctor.md');
  const text = readFileSync(page, 'utf8');
  const table = [
    '| Runtime | Constructs: tests that pass | Files of test262 | Pass alone | Differ with checks |',
    '|---|---|--:|--:|--:|',
    ...rows,
  ].join('\n');
  const [start, end] = MARKS;
  writeFileSync(
    page,
    `${text.slice(0, text.indexOf(start) + start.length)}\n\n${table}\n\n${text.slice(text.indexOf(end))}`,
  );
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

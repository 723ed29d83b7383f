/**
 * Runs every compiled *.test.js and the *.test.mjs of this folder with Node's test runner. Arguments go to the test
 * runner: `npm test -- --test-name-pattern=session`.
 *
 * With `--coverage` as the first argument (`npm run coverage`), it then prints how much of each package the tests ran.
 * The tests take about a third longer.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printCoverage } from './coverage.mjs';

// Node 20 takes no glob patterns, so the files are found here.
const files = ['packages', 'testing', 'conformance', 'bench', 'examples', 'site']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name)),
  )
  .filter((file) => file.endsWith('.test.js') && file.includes('/dist/') && !file.includes('node_modules'));
files.push(
  ...readdirSync('scripts')
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => join('scripts', name)),
);
if (!files.some((file) => file.endsWith('.test.js'))) {
  console.error('No compiled test was found. Run npm test, which compiles first.');
  process.exit(1);
}

// By default, Node leaves one core idle. Many files wait for a browser, a server or a timer most of the time.
const concurrency = `--test-concurrency=${Math.max(2, availableParallelism())}`;

// The reporter "spec" repeats all failures at the end, which "tap", the default of Node 20 without a terminal, does not.
const options = ['--expose-gc', '--test', '--test-reporter=spec', concurrency];
const [first, ...others] = process.argv.slice(2);

if (first === '--coverage') {
  const recordings = mkdtempSync(join(tmpdir(), 'throughline-coverage-'));
  try {
    runTests(others, { ...process.env, NODE_V8_COVERAGE: recordings });
    printCoverage(recordings, fileURLToPath(new URL('..', import.meta.url)));
  } finally {
    rmSync(recordings, { recursive: true, force: true });
  }
} else {
  runTests(process.argv.slice(2), process.env);
}

/**
 * @param {readonly string[]} args arguments for the test runner
 * @param {NodeJS.ProcessEnv} env
 */
function runTests(args, env) {
  const { status } = spawnSync(process.execPath, [...options, ...args, ...files], { stdio: 'inherit', env });
  process.exitCode = status ?? 1;
}

/**
 * Runs every compiled *.test.js and the *.test.mjs of this folder with Node's test runner, then prints how much of each
 * package the tests ran.
 * Arguments go to the test runner: `npm test -- --test-name-pattern=session`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printCoverage } from './coverage.mjs';

// Node 20 takes no glob patterns, so the files are found here.
const files = ['packages', 'testing', 'conformance', 'bench', 'examples']
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

const coverageFolder = mkdtempSync(join(tmpdir(), 'throughline-coverage-'));
try {
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--test', concurrency, ...process.argv.slice(2), ...files],
    {
      stdio: 'inherit',
      env: { ...process.env, NODE_V8_COVERAGE: coverageFolder },
    },
  );
  await printCoverage(coverageFolder, fileURLToPath(new URL('..', import.meta.url)));
  process.exitCode = status ?? 1;
} finally {
  rmSync(coverageFolder, { recursive: true, force: true });
}

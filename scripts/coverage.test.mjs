/** Coverage is that of the TypeScript sources, whichever compiled files ran. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { packageTotals, readCoverage } from './coverage.mjs';

const workspace = fileURLToPath(new URL('..', import.meta.url));

let root;
let recordings;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-coverage-test-')));
  recordings = join(root, 'recordings');
  mkdirSync(recordings);
});
afterEach(() => rmSync(root, { recursive: true }));

const SIZE = `\
/** A comment. */
import { isLarge } from './is-large.js';

export interface Named {
  readonly name: string;
}

export function sizeOf(count: number, { name = 'none' }: Partial<Named> = {}): string {
  // Another comment.
  if (isLarge(count)) return \`large \${name}\`;
  const isNone = count === 0 && name === 'none';
  return isNone ? 'nothing' : 'small';
}
`;
const IS_LARGE = `\
const LIMIT = 10;

export function isLarge(count: number): boolean {
  try {
    return count > LIMIT;
  } catch {
    return false;
  }
}
`;
const UNUSED = `\
export const unused = () => {
  return 1;
};
`;

/** Compiles a package of three files to dist, and bundles two of them to one file in lib. */
async function buildPackage() {
  const folder = join(root, 'packages/demo');
  mkdirSync(join(folder, 'src'), { recursive: true });
  const sources = { 'size.ts': SIZE, 'is-large.ts': IS_LARGE, 'unused.ts': UNUSED };
  for (const [name, code] of Object.entries(sources)) writeFileSync(join(folder, 'src', name), code);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const options = { rootDir: 'src', outDir: 'dist', sourceMap: true, module: 'nodenext', target: 'es2022', types: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['src'] }));
  execFileSync(process.execPath, [join(workspace, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  const load = (id) => ({ code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) });
  const build = await rollup({ input: join(folder, 'dist/size.js'), plugins: [{ name: 'load', load }] });
  await build.write({
    file: join(folder, 'lib/size.cjs'),
    format: 'cjs',
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  await build.close();
  return folder;
}

function record(code, cwd) {
  const env = { ...process.env, NODE_V8_COVERAGE: recordings };
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd, env });
}

/** Returns the numbers of the lines that ran and of those that did not, and the lines of such branches. */
function summarize({ lines, branches }) {
  const linesOf = (hasRun) => [...lines].filter(([, isCovered]) => isCovered === hasRun).map(([line]) => line);
  const branchesOf = (hasRun) => branches.filter(({ isCovered }) => isCovered === hasRun).map(({ line }) => line);
  return {
    ran: linesOf(true),
    missed: linesOf(false),
    ranBranches: branchesOf(true),
    missedBranches: branchesOf(false),
  };
}

test('a run of a bundle of several sources covers the lines and branches of each source that ran', async () => {
  const folder = await buildPackage();
  record(`import { sizeOf } from './lib/size.cjs'; sizeOf(1, { name: 'a' });`, folder);
  const coverage = readCoverage(recordings, root);
  const of = (name) => summarize(coverage.get(join(folder, 'src', name)));
  assert.deepEqual(of('size.ts'), {
    ran: [8, 10, 11, 12],
    missed: [],
    // The function and 'small' ran; the result of `if`, the second operand of && and 'nothing' did not.
    ranBranches: [8, 12],
    missedBranches: [10, 11, 12],
  });
  assert.deepEqual(of('is-large.ts'), {
    ran: [1, 3, 4, 5, 6],
    missed: [7],
    ranBranches: [3],
    missedBranches: [6],
  });
  assert.deepEqual(of('unused.ts'), { ran: [], missed: [1, 2], ranBranches: [], missedBranches: [1] });
});

test('the runs of dist and of lib in several processes add up', async () => {
  const folder = await buildPackage();
  record(`import { sizeOf } from './lib/size.cjs'; sizeOf(0);`, folder);
  record(`import { sizeOf } from './dist/size.js'; sizeOf(20, { name: 'a' });`, folder);
  record(`import './dist/unused.js';`, folder);
  // The compiled file of a deleted source remains.
  for (const name of ['js', 'js.map']) {
    const text = readFileSync(join(folder, `dist/unused.${name}`), 'utf8');
    writeFileSync(join(folder, `dist/deleted.${name}`), text.replaceAll('unused', 'deleted'));
  }
  const coverage = readCoverage(recordings, root);
  const of = (name) => summarize(coverage.get(join(folder, 'src', name)));
  assert.deepEqual(of('size.ts').missedBranches, [12], "only 'small' is missed");
  assert.deepEqual(of('unused.ts'), { ran: [1], missed: [2], ranBranches: [], missedBranches: [1] });
  assert.deepEqual(packageTotals(coverage, root), [['demo', { lines: [10, 12], branches: [5, 8] }]]);
});

test('source maps that lead nowhere are an error', async () => {
  const folder = await buildPackage();
  record(`import './lib/size.cjs';`, folder);
  const map = JSON.parse(readFileSync(join(folder, 'lib/size.cjs.map'), 'utf8'));
  writeFileSync(join(folder, 'lib/size.cjs.map'), JSON.stringify({ ...map, mappings: '' }));
  assert.throws(
    () => readCoverage(recordings, root),
    /Files of packages\/demo\/lib ran, but none .* Compile and bundle again/,
  );
});

test('a program that imports the packages by name covers parts of their sources', () => {
  record(
    `import { AsyncLocalStorage } from 'throughline';
    import { ThroughlineContextManager } from '@throughline/opentelemetry';
    import { findings } from '@throughline/doctor';
    import { Propagated } from '@throughline/propagation';
    import { tryGetRequestScope } from '@throughline/request';
    import { transform } from '@throughline/transform';
    new AsyncLocalStorage().run(1, () => tryGetRequestScope());
    new ThroughlineContextManager().bind({}, 1);
    new Propagated('tenant').get();
    transform('await 1', { filename: 'main.mjs' });
    findings();`,
    workspace,
  );
  const totals = Object.fromEntries(packageTotals(readCoverage(recordings, workspace), workspace));
  assert.deepEqual(Object.keys(totals), ['core', 'doctor', 'opentelemetry', 'propagation', 'request', 'transform']);
  for (const [name, kinds] of Object.entries(totals)) {
    for (const [kind, [covered, total]] of Object.entries(kinds)) {
      assert.ok(covered > 0, `${covered} ${kind} of ${name} are covered`);
      assert.ok(total > 20, `${name} has ${total} ${kind}`);
      assert.ok(
        covered < 0.8 * total,
        `${covered} of ${total} ${kind} of ${name} are covered by a program that uses little`,
      );
    }
  }
});

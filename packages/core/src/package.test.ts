/** The packed package, installed as in a user's project: its files, its types and its code. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const project = await mkdtemp(join(tmpdir(), 'throughline-'));
after(() => rm(project, { recursive: true, force: true }));

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const installed = join(project, 'node_modules/throughline');

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: project, encoding: 'utf8' });
}

const packed = JSON.parse(
  run('npm', 'pack', fileURLToPath(new URL('..', import.meta.url)), '--json', '--ignore-scripts', '--loglevel=error'),
) as unknown;
// npm 12 prints an object with a key for each package, earlier versions an array.
const [{ filename }] = Object.values(packed as object) as [{ filename: string }];
await mkdir(installed, { recursive: true });
run('tar', '-xzf', filename, '-C', installed, '--strip-components=1');
// A user's project has Node's types installed. Here, they and the compiler are those of the workspace.
await mkdir(join(project, 'node_modules/@types'));
await symlink(join(workspace, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'));

const body = `
const uninstall: Uninstall = install({ await: true });
const follows: string = uninstall.report.await;
uninstall();
const storage = new AsyncLocalStorage<{ id: number }>();
const id: number | undefined = storage.run({ id: 7 }, () => storage.getStore()?.id);
const locale = new AsyncContext.Variable({ defaultValue: 'en' });
const language: string = locale.get();
const resource: AsyncResource = new AsyncResource('Test');
const scope: Disposable = new AsyncLocalStorage({ defaultValue: 1 }).withScope(2);
scope[Symbol.dispose]();
console.log(JSON.stringify([id, language, resource.asyncId() > 0, typeof globalThis.AsyncContext.Snapshot, follows, executionAsyncId()]));
`;

await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'commonjs' }));
await writeFile(
  join(project, 'user.mts'),
  `import { AsyncContext, AsyncLocalStorage, AsyncResource } from 'throughline';\nimport 'throughline/global';
import { install, type Uninstall } from 'throughline/web';
import { executionAsyncId } from 'throughline/async_hooks';${body}`,
);
await writeFile(
  join(project, 'user.cts'),
  `import throughline = require('throughline');\nimport 'throughline/global';
import { install, type Uninstall } from 'throughline/web';
import { executionAsyncId } from 'throughline/async_hooks';
const { AsyncContext, AsyncLocalStorage, AsyncResource } = throughline;
type AsyncResource = throughline.AsyncResource;${body}`,
);

await writeFile(
  join(project, 'bundled.mts'),
  `import { AsyncContext, AsyncLocalStorage, AsyncResource } from 'throughline';\nimport 'throughline/global';
import { install, type Uninstall } from 'throughline/web';
import { executionAsyncId } from 'throughline/async_hooks';${body}
// @ts-expect-error the type of a resource is a string
new AsyncResource(5);`,
);

test('the package contains its code and types, and no tests', async () => {
  const files = await readdir(installed, { recursive: true });
  for (const file of [
    'lib/node/index.cjs',
    'lib/node/index.js',
    'lib/bun/index.js',
    'lib/deno/index.js',
    'lib/workerd/index.js',
    'lib/portable/index.js',
    'lib/promises-only/index.js',
    'types/index.d.mts',
    'types/dist/index.d.ts',
    'README.md',
    'LICENSE',
  ]) {
    assert.ok(files.includes(file), `${file} is missing`);
  }
  assert.deepEqual(
    files.filter((file) => file.includes('.test.') || file.endsWith('.tsbuildinfo')),
    [],
  );
});

test('the types of the package are correct for import and for require', () => {
  const options = ['--strict', '--target', 'es2022', '--lib', 'es2022,esnext.disposable', '--types', 'node'];
  const tsc = join(workspace, 'node_modules/typescript/bin/tsc');
  const output = run(process.execPath, tsc, ...options, '--module', 'node20', 'user.mts', 'user.cts');
  assert.equal(output, '');
});

test('the types of the package are correct with the module resolution of bundlers', () => {
  const options = [
    '--strict',
    '--target',
    'es2022',
    '--lib',
    'es2022,esnext.disposable',
    '--types',
    'node',
    '--noEmit',
  ];
  const tsc = join(workspace, 'node_modules/typescript/bin/tsc');
  const resolution = ['--module', 'esnext', '--moduleResolution', 'bundler'];
  assert.equal(run(process.execPath, tsc, ...options, ...resolution, 'bundled.mts'), '');
});

test('the package works by import and by require', () => {
  for (const file of ['user.mjs', 'user.cjs']) {
    const expected = [7, 'en', true, 'function', 'native', 0];
    assert.deepEqual(JSON.parse(run(process.execPath, '--no-warnings', file)), expected, file);
    const portable = ['--no-warnings', '--conditions=throughline-portable', file];
    assert.deepEqual(JSON.parse(run(process.execPath, ...portable)), expected.with(4, 'intercepted'), file);
  }
});

/** Builds in which another plugin loads every file, as in Angular: its compiler is a plugin of that name. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type BuildOptions, build, context, type Plugin } from 'esbuild';
import throughline from './esbuild.js';

const MAIN = `import { AsyncLocalStorage } from 'throughline';
import { AsyncLocalStorage as Replaced } from 'node:async_hooks';
const storage = new AsyncLocalStorage();
storage.run('value', async () => {
  await 1;
  await { then(resolve) { resolve(); } };
  console.log(storage.getStore(), Replaced === AsyncLocalStorage);
});
`;

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-output-')));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'node_modules'));
const require = createRequire(import.meta.url);
symlinkSync(dirname(require.resolve('throughline/package.json')), join(root, 'node_modules/throughline'), 'junction');
writeFileSync(join(root, 'main.js'), MAIN);
writeFileSync(join(root, 'polyfills.js'), `import 'throughline/await-script';\n`);

const compiler: Plugin = {
  name: 'angular-compiler',
  setup: ({ onLoad }) => onLoad({ filter: /\.js$/ }, ({ path }) => ({ contents: readFileSync(path) })),
};

const options = {
  absWorkingDir: root,
  entryPoints: ['main.js'],
  outdir: join(root, 'out'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  sourcemap: 'linked',
  write: false,
  logLevel: 'silent',
  plugins: [compiler, throughline()],
} as const satisfies BuildOptions;

/** Writes what the builds have returned. Angular builds the polyfills without the plugins of the application. */
async function buildPage() {
  const polyfills = await build({ ...options, entryPoints: ['polyfills.js'], plugins: [compiler] });
  const main = await build(options);
  const outputFiles = [...polyfills.outputFiles, ...main.outputFiles];
  mkdirSync(options.outdir, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  return (name: string) => readFileSync(join(options.outdir, name), 'utf8');
}

test('the output keeps its values, with the helpers of a script that was loaded before', async () => {
  await buildPage();
  const run = (code: string) =>
    spawnSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: options.outdir, encoding: 'utf8' });
  const { stdout, stderr } = run(`import './polyfills.mjs'; await import('./main.mjs');`);
  assert.equal(stdout, 'value true\n', stderr);
  assert.match(run(`import './main.mjs';`).stderr, /requires 'throughline\/await-script'\. Load that before/);
});

test('the source map leads to the files', async () => {
  const read = await buildPage();
  const lines = read('main.mjs').split('\n');
  const line = lines.findIndex((text) => text.includes('resolve(); }') || text.includes('console.log(')) + 1;
  const map = new TraceMap(read('main.mjs.map'));
  const column = lines[line - 1]?.indexOf('console.log(') ?? 0;
  const { source, line: originalLine } = originalPositionFor(map, { line, column: Math.max(column, 0) });
  assert.match(source ?? '', /main\.js$/);
  assert.equal(originalLine, MAIN.split('\n').findIndex((text) => text.includes('console.log(')) + 1);
});

test('a repeated build is transformed again only where it has changed', async () => {
  const repeated = await context(options);
  try {
    const texts = async () => (await repeated.rebuild()).outputFiles.map(({ text }) => text);
    const first = await texts();
    assert.match(first.join(), /_asyncCall/);
    assert.deepEqual(await texts(), first);
    writeFileSync(join(root, 'main.js'), MAIN.replace(`'value'`, `'other value'`));
    const changed = (await texts()).join();
    assert.match(changed, /other value/);
    assert.match(changed, /_asyncCall/);
  } finally {
    await repeated.dispose();
    writeFileSync(join(root, 'main.js'), MAIN);
  }
});

test('a build without its dependencies warns that they are not transformed', async () => {
  const { warnings } = await build({ ...options, packages: 'external' });
  assert.deepEqual(
    warnings.map(({ text }) => /dependencies .* not transformed.*prebundle/.test(text)),
    [true],
  );
  const external = { name: 'angular-external-packages', setup() {} };
  assert.equal((await build({ ...options, plugins: [external, ...options.plugins] })).warnings.length, 1);
  assert.deepEqual((await build(options)).warnings, []);
});

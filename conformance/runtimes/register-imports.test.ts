/**
 * `throughline/register` on Bun and Deno, whose modules for `import` do not follow a class that is replaced: either every
 * way to the class leads to that of Throughline, or the program is told.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findRuntime } from './find-runtime.js';
import { runtimes } from './runtimes.js';

const packageFolder = fileURLToPath(new URL('../../../packages/core/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'throughline-register-'));
after(() => rm(folder, { recursive: true, force: true }));
for (const name of ['package.json', 'lib']) {
  for (const parent of ['.', 'dependency']) {
    await cp(join(packageFolder, name), join(folder, parent, 'node_modules/throughline', name), { recursive: true });
  }
}

const files = {
  'package.json': '{ "dependencies": { "throughline": "*" } }',
  'early-import.mjs': `import { AsyncLocalStorage } from 'node:async_hooks';
globalThis.early = new AsyncLocalStorage();`,
  'early-require.cjs': `globalThis.early = new (require('node:async_hooks').AsyncLocalStorage)();`,
  'every-way.mjs': `import { AsyncLocalStorage as named } from 'node:async_hooks';
import * as namespace from 'async_hooks';
import byDefault from 'node:async_hooks';
import { createRequire } from 'node:module';
import { AsyncLocalStorage } from 'throughline';
const require = createRequire(import.meta.url);
const dynamic = await import('async_hooks');
console.log([
  named,
  namespace.AsyncLocalStorage,
  byDefault.AsyncLocalStorage,
  dynamic.AsyncLocalStorage,
  require('async_hooks').AsyncLocalStorage,
  require('node:async_hooks').AsyncLocalStorage,
  process.getBuiltinModule('async_hooks').AsyncLocalStorage,
  require('throughline').AsyncLocalStorage,
].map((found) => found === AsyncLocalStorage).join());
require('throughline/register');`,
  'import-in-program.mjs': `import 'throughline/register';
import { AsyncLocalStorage } from 'node:async_hooks';
import * as throughline from 'throughline';
const own = new throughline.AsyncLocalStorage();
const storage = new AsyncLocalStorage();
storage.run(1, () => own.run(2, () => storage.run(3, () => console.log(storage.getStore(), own.getStore()))));`,
  'two-copies.mjs': `import { AsyncLocalStorage } from 'node:async_hooks';
import * as second from './dependency/node_modules/throughline/lib/deno/index.js';
const storage = new AsyncLocalStorage();
const other = new second.AsyncLocalStorage();
storage.run(1, () => other.run(2, () => console.log(storage.getStore(), other.getStore())));`,
};
for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);

const ALL_REPLACED = Array(8).fill(true).join();

/** Runs a program. @returns what it prints, to both outputs */
async function run(binary: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const options = { cwd: folder, timeout: 60_000, env: { ...process.env, NO_COLOR: '1' } };
  const { stdout, stderr } = await promisify(execFile)(binary, args, options);
  return { stdout: stdout.trim(), stderr: stderr.trim() };
}

const bun = findRuntime(runtimes.bun);
const BUN_PRELOAD = ['--preload', 'throughline/register'];

test('on Bun, every way to the class leads to that of Throughline', { skip: bun.skip }, async () => {
  assert.equal((await run(bun.binary, ...BUN_PRELOAD, 'every-way.mjs')).stdout, ALL_REPLACED);
  const early = ['--preload', './early-require.cjs'];
  assert.equal((await run(bun.binary, ...early, ...BUN_PRELOAD, 'every-way.mjs')).stdout, ALL_REPLACED);
});

test('on Bun, register refuses to be loaded after an import of node:async_hooks', { skip: bun.skip }, async () => {
  const isRefused = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
    stdout === '' && stderr.includes('throughline/register was loaded too late') && stderr.includes('bunfig.toml');
  const early = ['--preload', './early-import.mjs'];
  await assert.rejects(run(bun.binary, ...early, ...BUN_PRELOAD, 'every-way.mjs'), isRefused);
  await assert.rejects(run(bun.binary, 'import-in-program.mjs'), isRefused);
});

const deno = findRuntime(runtimes.deno);
const DENO_RUN = ['run', '-A', '--node-modules-dir=manual'];
const DENO_PRELOAD = [...DENO_RUN, '--preload', 'npm:throughline/register'];

test('on Deno, every way to the class leads to that of Throughline, without a second copy', {
  skip: deno.skip,
}, async () => {
  assert.deepEqual(await run(deno.binary, ...DENO_PRELOAD, 'every-way.mjs'), { stdout: ALL_REPLACED, stderr: '' });
});

test('on Deno, a storage of a class that was imported before register is reported once, and keeps its values', {
  skip: deno.skip,
}, async () => {
  const { stdout, stderr } = await run(deno.binary, ...DENO_RUN, 'import-in-program.mjs');
  assert.equal(stdout, '3 2');
  assert.equal(stderr.split('throughline/register was loaded').length, 2, stderr);
  assert.match(stderr, /deno run --preload npm:throughline\/register/);
});

test('on Deno, another copy of Throughline is not reported', { skip: deno.skip }, async () => {
  assert.deepEqual(await run(deno.binary, ...DENO_PRELOAD, 'two-copies.mjs'), { stdout: '1 2', stderr: '' });
});

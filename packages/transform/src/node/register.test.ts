/** Runs processes with the loader, in a project that has this package and `throughline` in its node_modules. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import MagicString from 'magic-string';

const directory = await mkdtemp(join(tmpdir(), 'throughline-'));
after(() => rm(directory, { recursive: true, force: true }));

const project = join(directory, 'project');
await mkdir(join(project, 'node_modules/@throughline'), { recursive: true });
await symlink(fileURLToPath(new URL('../..', import.meta.url)), join(project, 'node_modules/@throughline/transform'));
await symlink(fileURLToPath(new URL('../../../core', import.meta.url)), join(project, 'node_modules/throughline'));

async function writeFiles(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
}

interface ProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runNode(...args: string[]): Promise<ProcessResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: project }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const PORTABLE = '--conditions=throughline-portable';
const REGISTER = '--import=@throughline/transform/register';
const HAS_HOOKS = typeof module.registerHooks === 'function';
const HAS_TYPESCRIPT = Boolean(process.features.typescript);

async function runForLines(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runNode('--no-warnings', ...args);
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split('\n');
}

/**
 * Records the current value after each of its suspensions. The files that contain it differ in their kind or location.
 */
const STEP =
  'async (record, name) => { await 1; record(name); await { then(go) { record(name); go(); } }; record(name); };';
await writeFiles({
  'project/values.mjs': `
import { createRequire } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';
import { AsyncLocalStorage } from 'throughline';
import commonjs from './commonjs.cjs';
import bare from './bare.js';
import { step as syntax } from './syntax.js';
import old from 'old';
import { step as deep } from 'deep';
import { step as far } from 'far';
import farOld from 'far/old.cjs';
const require = createRequire(import.meta.url);
const storage = new AsyncLocalStorage();
const recorded = new Map();
const record = (name) => recorded.set(name, [...(recorded.get(name) ?? []), storage.getStore()]);
const steps = { own: ${STEP.slice(0, -1)}, commonjs, bare, syntax, old, deep, far, farOld,
  required: require('./required.cjs'), requiredModule: require('./required-module.mjs').step,
  data: (await import('data:text/javascript,' + encodeURIComponent('export const step = ${STEP}'))).step };
await Promise.all(['a', 'b'].map((value) => storage.run(value, async () => {
  for (const [name, step] of Object.entries(steps)) await step(record, name);
  try { await Promise.reject(new Error()); } catch { record('caught'); }
})));
record('outside');
for (const [name, values] of recorded) console.log(name, values.map(String).join());
if (isMainThread) new Worker(new URL(import.meta.url)).on('error', (error) => { throw error; });
`,
  'project/commonjs.cjs': `module.exports = ${STEP}`,
  'project/required.cjs': `module.exports = ${STEP}`,
  'project/required-module.mjs': `export const step = ${STEP}`,
  'project/bare.js': `module.exports = ${STEP}`,
  'project/syntax.js': `export const step = ${STEP}`,
  'project/node_modules/old/package.json': JSON.stringify({ name: 'old' }),
  'project/node_modules/old/index.js': `module.exports = ${STEP}`,
  'project/node_modules/deep/package.json': JSON.stringify({ name: 'deep', type: 'module', exports: './index.js' }),
  'project/node_modules/deep/index.js': `export * from './inner.js';`,
  'project/node_modules/deep/inner.js': `export const step = ${STEP}`,
  // Linked from a directory from which throughline cannot be resolved.
  'far/package.json': JSON.stringify({ name: 'far', exports: { '.': './index.mjs', './old.cjs': './old.cjs' } }),
  'far/index.mjs': `export const step = ${STEP}`,
  'far/old.cjs': `module.exports = ${STEP}`,
});
await symlink(join(directory, 'far'), join(project, 'node_modules/far'));

const STEP_NAMES = 'own commonjs bare syntax old deep far farOld required requiredModule data'.split(' ');
const LINES_PER_THREAD = [...STEP_NAMES.map((name) => `${name} a,b,a,b,a,b`), 'caught a,b', 'outside undefined'];

test('code after awaits of plain values and thenables keeps its values on the portable engine, in all threads', async () => {
  assert.deepEqual(await runForLines(PORTABLE, REGISTER, 'values.mjs'), [...LINES_PER_THREAD, ...LINES_PER_THREAD]);
});

test('code after these awaits loses its values without the loader', async () => {
  const [own] = await runForLines(PORTABLE, 'values.mjs');
  assert.equal(own, `own ${Array(6).fill('undefined').join()}`);
});

test("code on Node's own engine runs as before", async () => {
  assert.deepEqual(await runForLines(REGISTER, 'values.mjs'), [...LINES_PER_THREAD, ...LINES_PER_THREAD]);
});

test('an ES module that is imported by a required ES module is transformed', {
  skip: !HAS_HOOKS && 'this version of Node calls no hook for it',
}, async () => {
  await writeFiles({
    'project/requires.cjs': `
const { AsyncLocalStorage } = require('throughline');
const storage = new AsyncLocalStorage();
const { step } = require('deep');
storage.run('a', () => step(() => console.log(storage.getStore())));
`,
  });
  assert.deepEqual(await runForLines(PORTABLE, REGISTER, 'requires.cjs'), ['a', 'a', 'a']);
});

test('a CommonJS module is the same instance whether imported or required, and its require is complete', async () => {
  await writeFiles({
    'project/same.mjs': `
import { createRequire } from 'node:module';
import imported from './same.cjs';
const require = createRequire(import.meta.url);
console.log(imported === require('./same.cjs'), imported.join());
`,
    'project/same.cjs': `
async function unused() { await 1; }
module.exports = [Object.keys(require.cache).includes(__filename), typeof require.resolve.paths, typeof require.extensions['.js'],
  require('./same.json').async, require('node:fs') === require('fs')];
`,
    'project/same.json': '{ "async": "await" }',
  });
  assert.deepEqual(await runForLines(REGISTER, 'same.mjs'), ['true true,function,function,await,true']);
});

test('JSON, WebAssembly, builtin modules, copies of throughline and files without a suspension are left alone', async () => {
  const copy = 'export async function own() { await 1; }';
  await writeFiles({
    'project/left.mjs': `
import { readFileSync } from 'node:fs';
import { own } from 'throughline-user';
import { text } from './plain.mjs';
import json from './async.json' with { type: 'json' };
import { readFile } from 'node:fs/promises';
import * as wasm from './empty.wasm';
console.log(own.toString());
console.log(text.toString());
console.log(json.async, typeof readFile, Object.keys(wasm).length);
`,
    'project/plain.mjs': `export function text() { return 'async await'; }`,
    'project/async.json': '{ "async": "await" }',
    'project/empty.wasm': Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0),
    'project/node_modules/throughline-user/package.json': '{ "exports": "./index.mjs" }',
    'project/node_modules/throughline-user/index.mjs': `export { own } from 'throughline';`,
    'project/node_modules/throughline-user/node_modules/throughline/package.json': '{ "exports": "./index.mjs" }',
    'project/node_modules/throughline-user/node_modules/throughline/index.mjs': copy,
  });
  assert.deepEqual(await runForLines('--experimental-wasm-modules', REGISTER, 'left.mjs'), [
    copy.slice('export '.length),
    `function text() { return 'async await'; }`,
    'await function 0',
  ]);
});

const THROWING_CODE = `const fail = async () => { await 1; await { then(go) { go(); } }; throw new Error('failed'); };
`;
const THROW_POSITION = `1:${THROWING_CODE.indexOf('new Error') + 1}`;

test('stack traces show the positions in the files, and in the files from which those were generated', async () => {
  const typescript = `interface Value {\n  name: string;\n}\n\nexport async function work(value: Value) {\n  await 1;\n  throw new Error(value.name);\n}\n`;
  const compiled = new MagicString(typescript);
  compiled.remove(0, typescript.indexOf('export')).remove(typescript.indexOf(': Value'), typescript.indexOf(') {'));
  const map = compiled.generateMap({ source: '../src/work.ts', hires: true });
  const commonjs = `${compiled.clone().remove(typescript.indexOf('export'), typescript.indexOf('async')).toString()}exports.work = work;`;
  await writeFiles({
    'project/src/work.ts': typescript,
    'project/dist/external.mjs': `${compiled}//# sourceMappingURL=external.mjs.map\n`,
    'project/dist/external.mjs.map': JSON.stringify(map),
    'project/dist/inlined.cjs': `${commonjs}\n//# sourceMappingURL=${map.toUrl()}\n`,
    'project/dist/missing.mjs': `${compiled}//# sourceMappingURL=missing.mjs.map\n`,
    'project/stack.mjs': `${THROWING_CODE}import './stack.cjs';
import { work as external } from './dist/external.mjs';
import inlined from './dist/inlined.cjs';
import { work as missing } from './dist/missing.mjs';
for (const work of [fail, globalThis.failCommonjs, external, inlined.work, missing]) {
  await work({ name: 'failed' }).catch((error) => console.log(/\\((.*)\\)/.exec(error.stack)[1]));
}
`,
    'project/stack.cjs': `${THROWING_CODE}globalThis.failCommonjs = fail;`,
    'project/late.mjs': `process.setSourceMapsEnabled(true); await import('./stack.mjs');`,
  });
  const positions = [
    `stack.mjs:${THROW_POSITION}`,
    `stack.cjs:${THROW_POSITION}`,
    'src/work.ts:7:9',
    'src/work.ts:7:9',
    'dist/missing.mjs:3:9',
  ];
  const expected = positions.map((position) => join(project, position));
  assert.deepEqual(await runForLines(PORTABLE, '--enable-source-maps', REGISTER, 'stack.mjs'), expected);
  assert.deepEqual(await runForLines(PORTABLE, REGISTER, 'late.mjs'), expected);
});

test('TypeScript files are transformed before their types are stripped', {
  skip: !HAS_TYPESCRIPT && 'this version of Node does not strip types',
}, async () => {
  const fail = `const fail = async (value: string): Promise<never> => { await value!; throw new Error(value as string); };`;
  const step = `async <T,>(record: (value: T) => void): Promise<void> => { const x = (await (1 satisfies number)) as unknown as T; record(x); };`;
  await writeFiles({
    'project/typed.mts': `
import { createRequire } from 'node:module';
import { AsyncLocalStorage } from 'throughline';
import { step as bare } from './bare-typed.ts';
import commonjs from './typed.cts';
const storage: AsyncLocalStorage<string> = new AsyncLocalStorage();
const require = createRequire(import.meta.url);
const required: typeof import('./required-typed.ts') = require('./required-typed.ts');
const syntax: typeof import('./bare-typed.ts') = require('./required-syntax.ts');
await storage.run('a', async (): Promise<void> => {
  for (const step of [bare, commonjs.step, required.step, syntax.step]) await step((x: unknown) => console.log(x, storage.getStore()));
});
${fail}
await fail('x').catch((error: Error) => console.log(/\\((.*)\\)/.exec(error.stack as string)?.[1]));
`,
    'project/bare-typed.ts': `export const step = ${step}`,
    'project/required-syntax.ts': `export const step = ${step}`,
    'project/required-typed.ts': `exports.step = ${step}`,
    'project/typed.cts': `exports.step = ${step}`,
    'project/alone.cts': `(async (text: string) => { await 1; console.log(text); })('alone');`,
  });
  assert.deepEqual(await runForLines(PORTABLE, REGISTER, 'alone.cts'), ['alone']);
  assert.deepEqual(await runForLines(PORTABLE, '--enable-source-maps', REGISTER, 'typed.mts'), [
    '1 a',
    '1 a',
    '1 a',
    '1 a',
    `${join(project, 'typed.mts')}:13:${fail.indexOf('new Error') + 1}`,
  ]);
});

test('files that another loader compiles are transformed', {
  skip: !HAS_HOOKS && 'this version of Node has no registerHooks',
}, async () => {
  await writeFiles({
    'project/compiler.mjs': `
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.shout')) return next(url, context);
    const source = "export const step = async (record) => { WAIT 1; record(); };".replace('WAIT', 'await');
    return { format: 'module', source, shortCircuit: true };
  },
});
`,
    'project/compiled.mjs': `
import { AsyncLocalStorage } from 'throughline';
import { step } from './x.shout';
const storage = new AsyncLocalStorage();
await storage.run('a', () => step(() => console.log(storage.getStore())));
`,
    'project/x.shout': '',
  });
  assert.deepEqual(await runForLines(PORTABLE, '--import=./compiler.mjs', REGISTER, 'compiled.mjs'), ['a']);
});

test('a file that does not parse stops the program with its position and code', async () => {
  const broken = 'async function f() {\n  await 1;\n  const = 2;\n}\n';
  await writeFiles({ 'project/broken.mjs': broken, 'project/broken.cjs': broken, 'project/broken.js': broken });
  for (const name of ['broken.mjs', 'broken.cjs', 'broken.js']) {
    const { code, stderr } = await runNode(REGISTER, name);
    assert.equal(code, 1);
    assert.ok(stderr.includes(`${join(project, name)}:3:9: Unexpected token`), stderr);
    assert.ok(stderr.includes('> 3 |   const = 2;\n    |         ^\n'), stderr);
  }
});

test('the error of an ambiguous file is that of the source type which parses further', async () => {
  await writeFiles({ 'project/neither.js': `import 'node:fs';\nawait 1;\nconst = 2;\n` });
  const { code, stderr } = await runNode(
    REGISTER,
    '-e',
    `import(${JSON.stringify(pathToFileURL(join(project, 'neither.js')).href)})`,
  );
  assert.equal(code, 1);
  assert.ok(stderr.includes('neither.js:3:7: '), stderr);
});

/** Runs processes with the doctor, in a project whose node_modules contains this package. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import MagicString from 'magic-string';
import type { Finding } from '../report/finding.js';

const project = await realpath(await mkdtemp(join(tmpdir(), 'throughline-doctor-')));
after(() => rm(project, { recursive: true, force: true }));
await mkdir(join(project, 'node_modules/@throughline'), { recursive: true });
await symlink(fileURLToPath(new URL('../..', import.meta.url)), join(project, 'node_modules/@throughline/doctor'));

const COMMAND = fileURLToPath(new URL('../command/throughline-doctor.js', import.meta.url));
const REGISTER = '--import=@throughline/doctor/register';
const HAS_HOOKS = typeof module.registerHooks === 'function';
const HAS_TYPESCRIPT = Boolean(process.features.typescript);

async function writeFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(project, name)), { recursive: true });
    await writeFile(join(project, name), content);
  }
}

interface ProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProcessResult> {
  const options = { cwd: project, env: { ...process.env, NODE_NO_WARNINGS: '1', ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Returns the findings of a program as `file:line:column` of their first places. */
async function placesOf(args: readonly string[], options: object = {}): Promise<string[]> {
  const { code, stdout, stderr } = await runNode(args, {
    THROUGHLINE_DOCTOR: JSON.stringify({ format: 'json', ...options }),
  });
  assert.equal(code, 0, stderr);
  const { findings } = JSON.parse(stdout === '' ? '{"findings":[]}' : stdout.slice(stdout.indexOf('{\n')));
  return (findings as Finding[])
    .map(({ places: [place] }) => `${place?.file.slice(project.length + 1)}:${place?.line}:${place?.column}`)
    .sort();
}

/** A program whose second flow reads the value of the first. */
const LOSSY = `
import { AsyncLocalStorage } from 'node:async_hooks';
const storage = new AsyncLocalStorage();
const make = () => () => storage.getStore();
const read = storage.run(1, () => make());
storage.run(2, () => read());
`;

/** A function that loses its flow, and what runs it. */
const LOSE = `(storage, queue) => { queue.push(() => storage.getStore()); }`;
const RUN = `
function run(...all) {
  const storage = new AsyncLocalStorage();
  for (const lose of all) {
    const queue = [];
    storage.run(1, () => lose(storage, queue));
    queue[0]();
  }
}
`;
/** Where the function begins. */
const COLUMN = LOSE.indexOf('() =>') + 1;

await writeFiles({
  'all.mjs': `import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import commonjs from './commonjs.cjs';
import bare from './bare.js';
import { lose as syntax } from './syntax.js';
import { lose as dependency } from 'dependency';
import json from './data.json' with { type: 'json' };
const require = createRequire(import.meta.url);
export const lose =
${LOSE};
${RUN}
run(lose, commonjs, bare, syntax, dependency, require('./required.cjs'), require('./data.json').lose ?? lose);
`,
  'commonjs.cjs': `#!/usr/bin/env node\nmodule.exports =\n${LOSE}`,
  'required.cjs': `if (module.parent === 0) return;\nmodule.exports =\n${LOSE}`,
  'bare.js': `module.exports =\n${LOSE}`,
  'syntax.js': `export const lose =\n${LOSE}`,
  'data.json': '{}',
  'node_modules/dependency/package.json': '{ "type": "module", "exports": "./index.js" }',
  'node_modules/dependency/index.js': `export const lose =\n${LOSE}`,
});

const OWN = [`all.mjs:10:${COLUMN}`, `bare.js:2:${COLUMN}`, `commonjs.cjs:3:${COLUMN}`];
const REST = [`required.cjs:3:${COLUMN}`, `syntax.js:2:${COLUMN}`];
const DEPENDENCY = `node_modules/dependency/index.js:2:${COLUMN}`;

test('ES modules and CommonJS modules of the application are instrumented', async () => {
  assert.deepEqual(await placesOf([REGISTER, 'all.mjs']), [...OWN, ...REST]);
});

test('dependencies are instrumented if the option says so, also with --require and source maps', async () => {
  const args = ['--enable-source-maps', '-r', '@throughline/doctor/register', 'all.mjs'];
  assert.deepEqual(await placesOf(args, { dependencies: true }), [...OWN, DEPENDENCY, ...REST]);
});

test('places and stack traces are those of the sources of compiled files', async () => {
  const typescript = `interface Value {\n  name: string;\n}\n\nexport const lose = (storage: any, queue: any[]) => {\n  queue.push(() => storage.getStore());\n  queue.push(() => { throw new Error('failed'); });\n};\n`;
  const compiled = new MagicString(typescript);
  compiled.remove(0, typescript.indexOf('export')).remove(typescript.indexOf(': any,'), typescript.indexOf(', queue'));
  compiled.remove(typescript.indexOf(': any[]'), typescript.indexOf(') => {'));
  const map = compiled.generateMap({ source: '../src/work.ts', hires: true, includeContent: true });
  await writeFiles({
    'dist/external.mjs': `${compiled}//# sourceMappingURL=external.mjs.map\n`,
    'dist/external.mjs.map': JSON.stringify(map),
    'dist/inlined.mjs': `${compiled}\n//# sourceMappingURL=${map.toUrl()}\n`,
    'compiled.mjs': `import { AsyncLocalStorage } from 'node:async_hooks';
import { lose as external } from './dist/external.mjs';
import { lose as inlined } from './dist/inlined.mjs';
${RUN}
run(external, inlined);
const queue = [];
external(undefined, queue);
try { queue[1](); } catch (error) { console.log(/\\(?(\\S+:\\d+:\\d+)\\)?/.exec(error.stack)[1]); }
`,
  });
  // The same place, in two files that were compiled from it.
  assert.deepEqual(await placesOf([REGISTER, 'compiled.mjs']), ['src/work.ts:6:14']);
  const { stdout } = await runNode(['--enable-source-maps', REGISTER, 'compiled.mjs']);
  assert.equal(stdout.trimEnd(), `${join(project, 'src/work.ts')}:7:28`);
});

test('TypeScript is instrumented before and after its types are stripped', {
  skip: !HAS_TYPESCRIPT && 'this version of Node does not strip types',
}, async () => {
  const lose = `(storage: AsyncLocalStorage<number>, queue: unknown[]): void => { queue.push((): unknown => storage.getStore()); }`;
  await writeFiles({
    'typed.mts': `import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import commonjs from './typed.cts';
const lose =
${lose};
${RUN.replace('...all', '...all: any[]').replace('queue =', 'queue: any[] =')}
run(lose, commonjs.lose, createRequire(import.meta.url)('./required.cts').lose);
`,
    'typed.cts': `import type { AsyncLocalStorage } from 'node:async_hooks';\nexports.lose =\n${lose}`,
    'required.cts': `import type { AsyncLocalStorage } from 'node:async_hooks';\nexports.lose =\n${lose}`,
  });
  const column = lose.indexOf('(): unknown') + 1;
  const expected = [`required.cts:3:${column}`, `typed.cts:3:${column}`, `typed.mts:5:${column}`];
  assert.deepEqual(await placesOf([REGISTER, 'typed.mts']), expected);
});

test('files that another loader compiles are instrumented, in both orders of registration', {
  skip: !HAS_HOOKS && 'this version of Node has no registerHooks',
}, async () => {
  await writeFiles({
    'compiler.mjs': `import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.shout')) return next(url, context);
    return { format: 'module', source: ${JSON.stringify(`export const lose =\n${LOSE}`)}, shortCircuit: true };
  },
});
`,
    'shouting.mjs': `import { AsyncLocalStorage } from 'node:async_hooks';
import { lose } from './x.shout';
${RUN}
run(lose);
`,
    'x.shout': '',
  });
  const expected = [`x.shout:2:${COLUMN}`];
  assert.deepEqual(await placesOf(['--import=./compiler.mjs', REGISTER, 'shouting.mjs']), expected);
  assert.deepEqual(await placesOf([REGISTER, '--import=./compiler.mjs', 'shouting.mjs']), expected);
});

test('the command merges the findings of all processes and threads, and ends with the exit code of the program', async () => {
  await writeFiles({
    'processes.mjs': `import { spawnSync } from 'node:child_process';
import { isMainThread, Worker } from 'node:worker_threads';
import { AsyncLocalStorage } from 'node:async_hooks';
import lose from './required.cjs';
${RUN}
run(lose);
if (isMainThread && process.argv[2] !== 'child') {
  spawnSync(process.execPath, [process.argv[1], 'child'], { stdio: 'inherit' });
  new Worker(new URL(import.meta.url)).on('exit', () => process.exit(3));
}
`,
  });
  const { code, stdout } = await runNode([COMMAND, '--json', 'node', 'processes.mjs']);
  assert.equal(code, 3);
  const [finding, ...others] = JSON.parse(stdout).findings as Finding[];
  assert.deepEqual(others, []);
  assert.equal(finding?.count, 3);
  const github = await runNode([COMMAND, '--github', '--no-warnings', 'processes.mjs']);
  assert.match(github.stdout, /^::warning file=required\.cjs,line=3,col=\d+,title=throughline-doctor::/);
});

test('the command states what is wrong with its arguments', async () => {
  for (const [args, message] of [
    [[], 'Name the file to run'],
    [['--jsn', 'app.js'], 'no option --jsn. Did you mean --json?'],
    [['--json', '--github', 'app.js'], '--json and --github exclude each other'],
    [['missing.js'], 'There is no file missing.js.'],
    [['bun', 'app.ts'], 'Programs in Bun cannot be checked.'],
    [['deno', 'run', 'app.ts'], 'deno run --preload npm:@throughline/doctor/register app.js'],
  ] as const) {
    const { code, stderr } = await runNode([COMMAND, ...args]);
    assert.equal(code, 2);
    assert.ok(stderr.includes(message), stderr);
  }
});

test('a program that is interrupted ends with the signal, after its findings', {
  skip: process.platform === 'win32' && 'Windows has no signals',
}, async () => {
  await writeFiles({
    'server.mjs': `import { AsyncLocalStorage } from 'node:async_hooks';
import lose from './required.cjs';
${RUN}
run(lose);
setInterval(() => undefined, 1000);
console.log('ready');
`,
  });
  const child = spawn(process.execPath, [REGISTER, 'server.mjs'], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
  let text = '';
  const printed = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('remedy')) resolve();
    });
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGURG');
  await printed;
  const once = text;
  assert.match(once, /missing value: `storage` was read without the value of its flow/);
  child.kill('SIGTERM');
  assert.equal(await ended, 'SIGTERM');
  assert.equal(text, once + once);
});

test('an option that does not exist ends the process with the nearest one', async () => {
  const { code, stderr } = await runNode([REGISTER, 'commonjs.cjs'], { THROUGHLINE_DOCTOR: '{"dependency":true}' });
  assert.equal(code, 1);
  assert.match(stderr, /THROUGHLINE_DOCTOR has no option dependency\. Did you mean dependencies\?/);
});

/** Starts a program with the doctor, and sends it a signal when it has printed. */
async function endBySignal(file: string, signal: NodeJS.Signals): Promise<{ end: unknown; stdout: string }> {
  const child = spawn(process.execPath, [REGISTER, file], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', (code, name) => resolve(name ?? code)));
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (stdout === '') child.kill(signal);
    stdout += chunk;
  });
  // A program that ignores the signal must not let the test wait.
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  const end = await ended;
  clearTimeout(timer);
  return { end, stdout };
}

test('programs do not see the listeners of the doctor: a signal ends those that would end without it', async () => {
  await writeFiles({
    // As the package signal-exit: it leaves the process alone if other code listens too.
    'alone.mjs': `
const listener = () => {
  if (process.listeners('SIGTERM').length > 1) return;
  process.removeListener('SIGTERM', listener);
  process.kill(process.pid, 'SIGTERM');
};
console.log(process.listenerCount('SIGTERM'), process.rawListeners('SIGINT').length);
process.on('SIGTERM', listener);
setInterval(() => undefined, 1000);
`,
    'handled.mjs': `
process.on('SIGINT', () => { console.log('handled'); process.exit(7); });
console.log('ready', process.listenerCount('SIGINT'));
setInterval(() => undefined, 1000);
`,
  });
  assert.deepEqual(await endBySignal('alone.mjs', 'SIGTERM'), { end: 'SIGTERM', stdout: '0 0\n' });
  assert.deepEqual(await endBySignal('handled.mjs', 'SIGINT'), { end: 7, stdout: 'ready 1\nhandled\n' });
});

test('findings that cannot be written change no exit code, and are reported as lost', async () => {
  await writeFiles({ 'lossy.mjs': `${LOSSY}process.exitCode = 3;` });
  const folder = join(project, 'removed');
  const { code, stderr } = await runNode([REGISTER, 'lossy.mjs'], { THROUGHLINE_DOCTOR: JSON.stringify({ folder }) });
  assert.equal(code, 3);
  assert.match(stderr, /The findings of process \d+ could not be reported: ENOENT/);
});

test('sandboxes without Function, and a frozen Error, are left as they are', async () => {
  await writeFiles({
    'sandbox.cjs': `
const vm = require('node:vm');
class Own {}
const text = Own.toString();
vm.createContext({ Function: undefined });
vm.runInContext('1', vm.createContext({ Function: Own }));
Object.freeze(Error);
console.log(Own.toString === Function.prototype.toString && text === 'class Own {}');
`,
    'frozen.mjs': `Object.freeze(Error);\n${LOSSY}console.log('ended');`,
  });
  assert.equal((await runNode([REGISTER, 'sandbox.cjs'])).stdout, 'true\n');
  assert.equal((await runNode([REGISTER, 'frozen.mjs'])).stdout, 'ended\n');
});

test('the command runs a package that has the name of a folder', async () => {
  await writeFiles({ 'tool/file.js': '', 'node_modules/.bin/tool': '#!/bin/sh\necho tool ran\n' });
  await chmod(join(project, 'node_modules/.bin/tool'), 0o755);
  const PATH = `${join(project, 'node_modules/.bin')}:${process.env.PATH}`;
  assert.equal((await runNode([COMMAND, 'tool'], { PATH })).stdout, 'tool ran\n');
});

/** What `throughline/register` reaches in a process, its workers and its children. The cases run with it in conformance/. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = mkdtempSync(join(tmpdir(), 'throughline-register-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** Copies the package, as npm installs it. */
function install(target: string): void {
  for (const name of ['package.json', 'lib']) {
    cpSync(join(packageFolder, name), join(target, 'node_modules/throughline', name), { recursive: true });
  }
}
install(folder);

/** Writes a module and runs it with arguments for Node. Returns what it prints. */
async function run(args: readonly string[], code: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const file = join(folder, `program-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, [...args, file], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  return stdout.trim();
}

const IMPORT = ['--import', 'throughline/register'];
const REQUIRE = ['-r', 'throughline/register'];

const waysIn = {
  '--import': { args: IMPORT, env: {} },
  '-r': { args: REQUIRE, env: {} },
  'NODE_OPTIONS with --import': { args: [], env: { NODE_OPTIONS: '--import throughline/register' } },
  'NODE_OPTIONS with -r': { args: [], env: { NODE_OPTIONS: '-r throughline/register' } },
  'both, one after the other': { args: [...REQUIRE, ...IMPORT], env: {} },
};

const EVERY_WAY_TO_THE_CLASS = `
import { AsyncLocalStorage as named } from 'node:async_hooks';
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
].every((found) => found === AsyncLocalStorage));
`;

for (const [name, { args, env }] of Object.entries(waysIn)) {
  test(`with ${name}, every way to the class leads to the class of this package`, async () => {
    assert.equal(await run(args, EVERY_WAY_TO_THE_CLASS, env), 'true');
  });
}

const IN_WORKERS_AND_CHILDREN = `
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
const moduleCode = \`
  import { AsyncLocalStorage } from 'node:async_hooks';
  import { parentPort } from 'node:worker_threads';
  const message = Symbol.for('throughline.replacement.1') in AsyncLocalStorage;
  if (parentPort) parentPort.postMessage(message); else process.send(message);
\`;
writeFileSync('worker.mjs', moduleCode);
const scriptCode = \`
  const { AsyncLocalStorage } = require('async_hooks');
  require('node:worker_threads').parentPort.postMessage(Symbol.for('throughline.replacement.1') in AsyncLocalStorage);
\`;
writeFileSync('worker.cjs', scriptCode);
const starts = {
  file: () => new Worker('./worker.mjs'),
  commonjs: () => new Worker('./worker.cjs'),
  data: () => new Worker(new URL('data:text/javascript,' + encodeURIComponent(moduleCode))),
  eval: () => new Worker(scriptCode, { eval: true }),
  fork: () => fork('./worker.mjs'),
};
const results = {};
for (const [name, start] of Object.entries(starts)) [results[name]] = await once(start(), 'message');
console.log(JSON.stringify(results));
`;

test('workers and forked children have the class too; those of code passed as text, with -r', async () => {
  const all = { file: true, commonjs: true, data: true, eval: true, fork: true };
  assert.deepEqual(JSON.parse(await run(REQUIRE, IN_WORKERS_AND_CHILDREN)), all);
  assert.deepEqual(JSON.parse(await run(IMPORT, IN_WORKERS_AND_CHILDREN)), { ...all, eval: false });
});

/** Takes Node's class before register, as a file in front of it on the command line does. */
function writeEarlyModule(): string {
  const file = join(folder, 'early.cjs');
  writeFileSync(
    file,
    `const { AsyncLocalStorage } = require('node:async_hooks');
globalThis.NativeClass = AsyncLocalStorage;
globalThis.early = new AsyncLocalStorage();`,
  );
  return file;
}

test('storages that were created before register work beside the others, and are reported', async () => {
  const output = await run(
    ['-r', writeEarlyModule(), ...IMPORT],
    `import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { report } from 'throughline/register';
const { early, NativeClass } = globalThis;
assert.notEqual(AsyncLocalStorage, NativeClass);
assert.ok(early instanceof AsyncLocalStorage);
const late = new AsyncLocalStorage();
assert.ok(late instanceof NativeClass && late instanceof AsyncLocalStorage);
class Sub extends AsyncLocalStorage {}
assert.ok(new Sub() instanceof Sub && !(early instanceof Sub) && !(late instanceof Sub));
assert.ok(!({} instanceof AsyncLocalStorage) && !(null instanceof AsyncLocalStorage));
const { throughline } = report();
assert.deepEqual(report(), { throughline, native: 0, warning: undefined });
const values = () => [early.getStore(), late.getStore()];
await early.run('a', async () => {
  await late.run('b', async () => {
    await null;
    assert.deepEqual(values(), ['a', 'b']);
    const { native, warning } = report();
    assert.equal(native, 1);
    assert.match(warning, /^1 AsyncLocalStorage object of the runtime's own class holds a value .*before every other/);
    for (const bind of [AsyncLocalStorage.bind, NativeClass.bind, AsyncResource.bind]) {
      const bound = bind(values);
      assert.deepEqual(early.run('x', () => late.run('y', bound)), ['a', 'b']);
    }
    for (const { snapshot } of [AsyncLocalStorage, NativeClass]) {
      const runInFrame = snapshot.call(NativeClass);
      assert.deepEqual(early.run('x', () => late.exit(() => runInFrame(values))), ['a', 'b']);
    }
  });
  assert.deepEqual(values(), ['a', undefined]);
});
assert.deepEqual(values(), [undefined, undefined]);
late.run('c', () => early.run('d', () => assert.deepEqual(values(), ['d', 'c'])));
new AsyncLocalStorage();
console.log('ok');`,
  );
  assert.equal(output, 'ok');
});

test('a second copy changes nothing: the first one stays, and both report its storages', async () => {
  const second = join(folder, 'dependency');
  mkdirSync(second, { recursive: true });
  install(second);
  const output = await run(
    [...IMPORT, '--import', './dependency/node_modules/throughline/lib/node/register.cjs'],
    `import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import * as first from 'throughline';
import * as firstRegister from 'throughline/register';
import * as second from './dependency/node_modules/throughline/lib/node/index.js';
import * as secondRegister from './dependency/node_modules/throughline/lib/node/register.cjs';
assert.equal(AsyncLocalStorage, first.AsyncLocalStorage);
assert.notEqual(AsyncLocalStorage, second.AsyncLocalStorage);
assert.deepEqual(secondRegister.report(), firstRegister.report());
const one = new AsyncLocalStorage();
const two = new second.AsyncLocalStorage();
const values = () => [one.getStore(), two.getStore()];
await one.run(1, () => two.run(2, async () => {
  await null;
  assert.deepEqual(values(), [1, 2]);
  one.run(3, () => assert.deepEqual(values(), [3, 2]));
  two.run(4, () => assert.deepEqual(values(), [1, 4]));
}));
assert.deepEqual(values(), [undefined, undefined]);
console.log('ok');`,
  );
  assert.equal(output, 'ok');
});

test('diagnostics channels bind storages of both classes', async () => {
  const output = await run(
    ['-r', writeEarlyModule(), ...REQUIRE],
    `import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
const late = new AsyncLocalStorage();
const events = channel('throughline.test');
events.bindStore(late, (value) => value + 1);
events.bindStore(globalThis.early);
console.log(events.runStores(1, () => [late.getStore(), globalThis.early.getStore()].join()));`,
  );
  assert.equal(output, '2,1');
});

test('with loader hooks on another thread, in either order', async () => {
  writeFileSync(join(folder, 'hooks.mjs'), 'export const load = (url, context, nextLoad) => nextLoad(url, context);');
  writeFileSync(
    join(folder, 'add-hooks.mjs'),
    `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
  );
  const hooks = ['--import', './add-hooks.mjs'];
  for (const args of [
    [...hooks, ...IMPORT],
    [...IMPORT, ...hooks],
    [...REQUIRE, ...hooks],
  ]) {
    assert.equal(await run(args, EVERY_WAY_TO_THE_CLASS), 'true');
  }
});

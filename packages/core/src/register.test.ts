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
  // A test runner that is started by a test of Node would otherwise report to it, and not print.
  const { NODE_TEST_CONTEXT: _context, ...ownEnv } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [...args, file], {
    cwd: folder,
    env: { ...ownEnv, ...env },
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

/** The flag of this Node that selects the other mechanism of its own class, if there is one. */
const OTHER_MECHANISM = ['--no-async-context-frame', '--experimental-async-context-frame'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

test('report() counts a storage of the runtime’s class only while it holds a value', async () => {
  const args = ['-r', writeEarlyModule(), ...IMPORT];
  const code = `import { AsyncLocalStorage } from 'node:async_hooks';
import { report } from 'throughline/register';
const { early } = globalThis;
const counts = [];
const count = () => counts.push(report().native);
early.run(1, () => {});
count();
early.enterWith(2);
count();
early.enterWith(undefined);
count();
early.run(null, count);
new AsyncLocalStorage().run(1, count);
early.run(1, () => new AsyncLocalStorage().run(2, count));
console.log(counts.join());`;
  for (const flags of [[], OTHER_MECHANISM === undefined ? [] : [OTHER_MECHANISM]]) {
    assert.equal(await run([...flags, ...args], code), '0,1,0,1,0,1');
  }
});

test('report() still counts if other code has replaced the class, as mocks do', async () => {
  const output = await run(
    IMPORT,
    `import asyncHooks from 'node:async_hooks';
import { report } from 'throughline/register';
new asyncHooks.AsyncLocalStorage();
asyncHooks.AsyncLocalStorage = class {};
console.log(report().throughline);`,
  );
  assert.equal(output, '1');
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

test('loading it again after require.cache was emptied, or behind a mock of Module._load, changes nothing', async () => {
  const output = await run(
    REQUIRE,
    `import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import module, { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const load = module._load;
module._load = (request, ...args) =>
  /^(node:)?async_hooks$/.test(request) ? { ...load(request, ...args) } : load(request, ...args);
const storage = new AsyncLocalStorage();
storage.run('kept', () => {
  for (const name of Object.keys(require.cache)) delete require.cache[name];
  const { report } = require('throughline/register');
  const again = new (require('throughline').AsyncLocalStorage)();
  assert.equal(require('async_hooks').AsyncLocalStorage, AsyncLocalStorage);
  assert.equal(process.getBuiltinModule('async_hooks').AsyncLocalStorage, AsyncLocalStorage);
  assert.deepEqual([storage.getStore(), again.getStore(), report().throughline], ['kept', undefined, 1]);
  again.run('again', () => assert.deepEqual([storage.getStore(), again.getStore()], ['kept', 'again']));
});
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

/** Fails if register was loaded and the class is still that of the runtime, so that no comparison is with itself. */
const ASSERT_REPLACED = `
import { AsyncLocalStorage as FoundClass } from 'node:async_hooks';
const isRegistered = process.execArgv.some((argument) => argument.startsWith('throughline'));
if (Symbol.for('throughline.replacement.1') in FoundClass !== isRegistered) throw new Error('not replaced');
`;

const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

/** Programs that must print the same with register as without. */
const programs: Record<string, { readonly flags?: readonly string[]; readonly code: string }> = {
  'subclasses, whatever they override, and storages whose methods are replaced': {
    code: `import { AsyncLocalStorage } from 'node:async_hooks';
const log = [];
const record = (text) => log.push(text);
class Recorded extends AsyncLocalStorage {
  constructor(name) {
    super(...(name === undefined ? [] : [{ name }]));
  }
  run(...args) {
    record('run');
    return super.run(...args);
  }
  getStore() {
    return super.getStore()?.value;
  }
  enterWith(store) {
    record('enterWith');
    super.enterWith(store);
  }
}
const recorded = new Recorded('recorded');
const other = new AsyncLocalStorage();
recorded.run({ value: 1 }, () => {
  record(recorded.getStore());
  recorded.run({ value: 2 }, () => recorded.exit(() => record(recorded.getStore())));
  record(recorded.getStore());
});
class WithoutEnter extends AsyncLocalStorage {
  enterWith() {
    throw new Error('Use run().');
  }
}
const withoutEnter = new WithoutEnter();
try {
  record(withoutEnter.run(1, () => withoutEnter.getStore()));
} catch (error) {
  record(error.message);
}
class Mapped extends AsyncLocalStorage {
  getStore() {
    return super.getStore()?.value;
  }
}
const mapped = new Mapped();
mapped.run({ value: 1 }, () => {
  mapped.run({ value: 2 }, () => other.enterWith('entered'));
  record(mapped.getStore());
});
class Named extends AsyncLocalStorage {
  constructor(name) {
    super();
    this.name = name;
  }
}
try {
  record(new Named('requests').name);
} catch (error) {
  record(error.name);
}
class NamedByField extends AsyncLocalStorage {
  name = 'field';
}
record(new NamedByField().name);
for (const argument of ['requests', null, [], () => {}]) {
  try {
    record(new AsyncLocalStorage(argument).run(1, () => 'accepted'));
  } catch (error) {
    record(error.code);
  }
}
const { enterWith, getStore } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.enterWith = function (store) {
  record('patched');
  return enterWith.call(this, store);
};
other.run('patched', () => record(other.getStore()));
AsyncLocalStorage.prototype.enterWith = enterWith;
const counted = new AsyncLocalStorage();
counted.getStore = function () {
  record('read');
  return getStore.call(this);
};
counted.run('own', () => record(counted.getStore()));
console.log(JSON.stringify(log));`,
  },
  'async resources, emitters, domains and hooks': {
    code: `import {
  AsyncLocalStorage, AsyncResource, createHook, executionAsyncId, executionAsyncResource, triggerAsyncId,
} from 'node:async_hooks';
import domain from 'node:domain';
import { EventEmitterAsyncResource } from 'node:events';
const storage = new AsyncLocalStorage();
const log = [];
const seen = Symbol('seen');
const hook = createHook({
  init(id, type, trigger, resource) {
    if (type === 'TEST' || type === 'Immediate') log.push(type);
    resource[seen] = executionAsyncId();
  },
}).enable();
const id = executionAsyncId();
const resource = storage.run('resource', () => new AsyncResource('TEST', { triggerAsyncId: 7 }));
resource.runInAsyncScope(() => {
  log.push(storage.getStore(), executionAsyncResource() === resource, resource[seen] === id, triggerAsyncId());
  resource.runInAsyncScope(() => storage.run('inner', () => log.push(storage.getStore())));
  storage.enterWith('entered');
});
resource.runInAsyncScope(() => log.push(typeof storage.getStore()));
class Job extends AsyncResource {
  finish() {
    return this.runInAsyncScope(() => storage.getStore());
  }
}
const job = storage.run('job', () => new Job('TEST'));
log.push(storage.run('x', () => job.finish()), storage.run('x', () => job.bind(() => storage.getStore())()));
await storage.run('immediate', () => new Promise((resolve) => setImmediate(() => resolve(log.push(storage.getStore())))));
hook.disable();
const emitter = storage.run('emitter', () => new EventEmitterAsyncResource({ name: 'TEST' }));
emitter.on('event', () => log.push(storage.getStore()));
storage.run('other', () => emitter.emit('event'));
const inDomain = domain.create();
await new Promise((resolve) => {
  inDomain.on('error', (error) => resolve(log.push(error.message)));
  inDomain.run(() => storage.run('domain', () => setTimeout(() => { throw new Error(storage.getStore()); }, 1)));
});
console.log(JSON.stringify(log));`,
  },
  'code of another realm': {
    code: `import { AsyncLocalStorage } from 'node:async_hooks';
import vm from 'node:vm';
const storage = new AsyncLocalStorage();
const context = vm.createContext({ storage, AsyncLocalStorage });
const code = \`(async () => {
  const inner = new AsyncLocalStorage();
  return inner.run('inner', async () => {
    await null;
    const bound = AsyncLocalStorage.bind(() => [storage.getStore(), inner.getStore()]);
    return storage.run('x', () => bound());
  });
})()\`;
console.log(JSON.stringify(await storage.run('outer', () => vm.runInContext(code, context))));`,
  },
  'a cluster': {
    code: `import { AsyncLocalStorage } from 'node:async_hooks';
import cluster from 'node:cluster';
const storage = new AsyncLocalStorage();
if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('message', (message) => {
    console.log(message);
    worker.disconnect();
  });
} else {
  storage.run('worker', () => setImmediate(() => process.send(storage.getStore())));
}`,
  },
  'the permission model': {
    flags: [PERMISSION, `--allow-fs-read=${folder}`],
    code: `import { AsyncLocalStorage } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';
const storage = new AsyncLocalStorage();
await storage.run('flow', async () => {
  const error = await readFile('/etc/hosts').catch((error) => error);
  console.log(storage.getStore(), error.code);
});`,
  },
  'frozen intrinsics': {
    flags: ['--frozen-intrinsics', '--disable-proto=throw'],
    code: `import { AsyncLocalStorage } from 'node:async_hooks';
const storage = new AsyncLocalStorage();
await storage.run('flow', async () => {
  await null;
  console.log(storage.getStore(), AsyncLocalStorage.snapshot()(() => storage.getStore()));
});`,
  },
  'a debugger: breakpoints, and what is evaluated there': {
    code: `import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
globalThis.storage = new AsyncLocalStorage();
const DEBUGGER = \`
const { Session } = require('node:inspector');
const { parentPort } = require('node:worker_threads');
const session = new Session();
session.connectToMainThread();
const values = [];
session.on('Debugger.paused', ({ params: { callFrames } }) => {
  const { callFrameId } = callFrames[0];
  for (const expression of ['storage.getStore()', 'storage.run(5, () => storage.getStore())', 'value', 'storage.getStore()']) {
    session.post('Debugger.evaluateOnCallFrame', { callFrameId, expression }, (error, reply) => {
      values.push(error?.message ?? reply.result.value);
    });
  }
  session.post('Debugger.resume');
});
session.post('Debugger.enable', () => parentPort.postMessage('ready'));
parentPort.on('message', () => {
  session.post('Runtime.evaluate', { expression: 'typeof storage.getStore()' }, (error, reply) => {
    values.push(reply.result.value);
    parentPort.postMessage(values);
  });
});
\`;
const worker = new Worker(DEBUGGER, { eval: true });
await once(worker, 'message');
await storage.run('flow', async () => {
  await null;
  const value = 'local';
  debugger;
  if (storage.getStore() !== 'flow' || value !== 'local') throw new Error('The value was lost.');
});
worker.postMessage('evaluate');
console.log(JSON.stringify((await once(worker, 'message'))[0]));
await worker.terminate();`,
  },
};

for (const [name, { flags = [], code }] of Object.entries(programs)) {
  test(`as before: ${name}`, async () => {
    const before = await run(flags, code);
    assert.notEqual(before, '');
    for (const way of [IMPORT, REQUIRE]) {
      assert.equal(await run([...flags, ...way], ASSERT_REPLACED + code), before);
    }
  });
}

test('as before: the test runner of Node', async () => {
  const code = `import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { before, describe, it, mock } from 'node:test';
const storage = new AsyncLocalStorage();
describe('suite', () => {
  before(() => storage.enterWith('hook'));
  for (const name of ['a', 'b']) {
    it(name, () => storage.run(name, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      assert.equal(storage.getStore(), name);
      mock.method(storage, 'getStore', () => 'mocked');
      assert.equal(storage.getStore(), 'mocked');
      mock.restoreAll();
      assert.equal(storage.getStore(), name);
    }));
  }
});`;
  for (const way of [IMPORT, REQUIRE]) {
    const output = await run([...way, '--test', '--test-reporter=tap'], ASSERT_REPLACED + code);
    assert.match(output, /^# pass 2$/m);
    assert.match(output, /^# fail 0$/m);
  }
});

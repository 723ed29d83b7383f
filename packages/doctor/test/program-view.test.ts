/** What a program can see of the doctor: it behaves as it does alone. */
import assert from 'node:assert/strict';
import module from 'node:module';
import { test } from 'node:test';
import { LOSSY, REGISTER, readReport, TestProject } from './test-project.js';

const project = await TestProject.create();
const HAS_SIGNALS = process.platform !== 'win32';

/** Asserts that a program prints the same with the doctor as alone. */
async function assertSame(name: string, program: string): Promise<void> {
  await project.write({ [name]: program });
  const env = { NODE_NO_WARNINGS: undefined };
  const alone = await project.run([name], undefined, env);
  const checked = await project.run([REGISTER, name], {}, env);
  const withoutPid = ({ code, stdout, stderr }: typeof alone) => ({
    code,
    stdout,
    stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node)'),
  });
  assert.deepEqual(withoutPid(checked), withoutPid(alone));
}

test('the doctor adds no listener to the process: there are as many warnings as without it', {
  skip: typeof module.registerHooks !== 'function' && 'Node adds a listener itself for the thread of its hooks',
}, async () => {
  await assertSame(
    'listeners.cjs',
    `
const count = () => console.log(process.eventNames().map((name) => [name, process.listenerCount(name)]));
count();
for (let i = 0; i < 9; i++) process.on('exit', () => undefined);
for (let i = 0; i < 10; i++) process.on('SIGINT', () => undefined);
count();
console.log(process.emit.name, process.emit.length, Object.keys(process).includes('emit'));
process.exitCode = 3;
setTimeout(() => process.exit(), 20);
`,
  );
});

test('findings are reported although the program has removed all listeners', async () => {
  await project.write({ 'removes.cjs': `${LOSSY}process.removeAllListeners();\nlose();` });
  const { stdout } = await project.run([REGISTER, 'removes.cjs'], { format: 'json' });
  assert.equal(readReport(stdout).findings.length, 1);
});

test('a signal still ends a program, after its findings, that has listened to it for a while', {
  skip: !HAS_SIGNALS && 'Windows has no signals',
}, async () => {
  await project.write({
    'listens.cjs': `${LOSSY}
lose();
const listener = () => undefined;
process.on('SIGTERM', listener);
process.removeListener('SIGTERM', listener);
setInterval(() => undefined, 1000);
process.kill(process.pid, 'SIGTERM');
`,
  });
  const { stderr } = await project.run([REGISTER, 'listens.cjs'], {});
  assert.match(stderr, /^throughline-doctor: 1 finding$/m);
});

test('timers and clocks that the program has replaced are its own', async () => {
  await assertSame(
    'fakes.cjs',
    `
const { setTimeout: realSetTimeout } = globalThis;
let calls = 0;
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) {
  globalThis[name] = () => { calls++; return { unref() {}, ref() {} }; };
}
globalThis.performance.now = () => { calls++; return 1e12; };
const { AsyncLocalStorage } = require('node:async_hooks');
const storage = new AsyncLocalStorage();
storage.run(1, () => Promise.resolve().then(() => storage.getStore()));
realSetTimeout(() => console.log(calls), 400);
`,
  );
});

test('a storage whose name cannot be read, and a value whose properties cannot, do not end the program', async () => {
  await project.write({
    'uses.mjs': `
import { AsyncLocalStorage } from 'node:async_hooks';
import * as namespace from './uses.mjs';
class Named extends AsyncLocalStorage {
  get name() { throw new Error('read'); }
}
const storage = new Named();
for (const value of [1, namespace]) {
  storage.run(value, async () => {
    setInterval(() => undefined, 1000).unref();
  });
}
const read = storage.run(namespace, () => () => storage.getStore());
storage.run(2, () => read());
setTimeout(() => console.log('ended'), 100);
await new Promise((resolve) => setTimeout(resolve, 50));
export let late = 1;
`,
  });
  const { stdout, code } = await project.run([REGISTER, 'uses.mjs'], { format: 'json', outlived: 0.01 });
  assert.equal(code, 0);
  assert.match(stdout, /^ended\n/);
  assert.deepEqual(
    readReport(stdout).findings.map(({ kind, storage }) => `${kind} ${storage}`),
    ['lost callback storage', 'outlived frame storage'],
  );
});

test('the getters of an error are not called, and the members of Error that a program replaces are its own', async () => {
  await assertSame(
    'errors.cjs',
    `
for (const name of ['code', 'operator', 'message']) {
  class Own extends Error {
    get [name]() { console.log('read', name); return 1; }
  }
  console.log(new Own('text').stack.split('\\n')[1].trim().slice(0, 6));
}
let calls = 0;
const { captureStackTrace } = Error;
Error.captureStackTrace = (...args) => { calls++; return captureStackTrace(...args); };
Error.stackTraceLimit = 3;
const { AsyncLocalStorage } = require('node:async_hooks');
const storage = new AsyncLocalStorage();
const read = storage.run(1, () => () => storage.getStore());
storage.run(1, () => read());
storage.enterWith(1);
console.log(calls, Error.stackTraceLimit, read.name);
`,
  );
});

test('findings are reported although a source map names no file of this machine', async () => {
  await project.write({
    'mapped.cjs': `${LOSSY}lose();\n//# sourceMappingURL=mapped.cjs.map`,
    'mapped.cjs.map': JSON.stringify({
      version: 3,
      sources: ['//host/source.ts'],
      names: [],
      mappings: 'AAAA;AACA;AACA;AACA',
    }),
  });
  const { stdout, stderr } = await project.run([REGISTER, 'mapped.cjs'], { format: 'json' });
  assert.deepEqual(
    readReport(stdout).findings.map(({ places: [place] }) => place?.file),
    ['file://host/source.ts'],
    stderr,
  );
});

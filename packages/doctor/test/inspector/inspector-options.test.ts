/** The inspector without its page: options, ports, and what it must not do to the program. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { REGISTER, readReport, TestProject } from '../test-project.js';

const project = await TestProject.create();

test('values are redacted, and waits recorded, as the options of the doctor say, if the program opens the page itself', async () => {
  await project.write({
    'opens.mjs': `
import { AsyncLocalStorage } from 'node:async_hooks';
import { dumpFlows, inspectFlows } from '@throughline/doctor';
const users = new AsyncLocalStorage();
const { close } = await inspectFlows();
const timer = users.run('the name of a user', () => setTimeout(() => undefined, 10_000));
console.log(dumpFlows());
clearTimeout(timer);
await close();
`,
  });
  const { stdout, stderr } = await project.run([REGISTER, 'opens.mjs'], {
    redact: 'sessions,users',
    recordWaits: true,
  });
  assert.match(stdout, /#1 {2}waiting, \d+ ms {2}redacted\n/, stderr);
  assert.match(stdout, /timer of 10 s/);
});

test('unknown options, and values of a wrong type, are refused', async () => {
  await project.write({
    'wrong.mjs': `
import { findings, inspectFlows } from '@throughline/doctor';
const report = ({ code, message }) => console.log(code, message);
await inspectFlows({ prot: 1 }).catch(report);
await inspectFlows({ redact: 'users' }).catch(report);
try { findings({ al: true }); } catch (error) { report(error); }
`,
  });
  const { stdout } = await project.run([REGISTER, 'wrong.mjs'], {});
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    'ERR_INVALID_OPTION inspectFlows() has no option prot. Did you mean port? The options are port, redact, recordWaits.',
    'ERR_INVALID_ARG_TYPE The option redact must be a function, not string.',
    'ERR_INVALID_OPTION findings() has no option al. Did you mean all? The options are all.',
  ]);
});

test('each worker of a cluster has a page of its own, also if the port is in use', async () => {
  await project.write({
    'cluster.cjs': `
const cluster = require('node:cluster');
if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
} else {
  setTimeout(() => cluster.worker.kill(), 400);
}
`,
  });
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  try {
    for (const inspectPort of [0, port]) {
      const { stderr } = await project.run([REGISTER, 'cluster.cjs'], { inspectFlows: true, inspectPort });
      const ports = [...stderr.matchAll(/http:\/\/127\.0\.0\.1:(\d+)\//g)].map(([, own]) => own);
      assert.equal(new Set(ports).size, 3, stderr);
      const pattern = new RegExp(`Port ${port} is in use, so cluster\\.cjs, process \\d+ has another one\\.`, 'g');
      assert.equal(stderr.match(pattern)?.length ?? 0, inspectPort === 0 ? 0 : 3, stderr);
    }
  } finally {
    server.close();
  }
});

test('a worker thread has a page if it opens one itself', async () => {
  await project.write({
    'thread.mjs': `
import { AsyncLocalStorage } from 'node:async_hooks';
import { isMainThread, Worker } from 'node:worker_threads';
import { inspectFlows } from '@throughline/doctor';
if (isMainThread) new Worker(new URL(import.meta.url));
else {
  const jobs = new AsyncLocalStorage();
  const { url, close } = await inspectFlows();
  const timer = jobs.run('the job of a thread', () => setTimeout(() => undefined, 10_000));
  console.log(await (await fetch(url + 'flows.txt')).text());
  clearTimeout(timer);
  await close();
}
`,
  });
  const { stdout, stderr } = await project.run([REGISTER, 'thread.mjs'], {});
  assert.match(stdout, /#1 {2}live, \d+ ms {2}"the job of a thread"/, stderr);
});

test('an open page is no task that a flow could belong to: outlived values are found', async () => {
  await project.write({
    'outlives.mjs': `
import { AsyncLocalStorage } from 'node:async_hooks';
import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { inspectFlows } from '@throughline/doctor';
const users = new AsyncLocalStorage();
const { url } = await inspectFlows();
await new Promise((resolve) => get(url + 'events', resolve));
await wait(1);
for (const user of [1, 2]) {
  users.run({ user }, async () => {
    setInterval(() => undefined, 1000).unref();
  });
}
await wait(150);
process.exit();
`,
  });
  const { stdout, stderr } = await project.run([REGISTER, 'outlives.mjs'], { outlived: 0.02, format: 'json' });
  assert.deepEqual(
    readReport(stdout).findings.map(({ kind }) => kind),
    ['outlived frame'],
    stderr,
  );
});

test('enterWith() opens a flow, and entering another value in it opens the next one', async () => {
  await project.write({
    'entered.mjs': `
import { AsyncLocalStorage } from 'node:async_hooks';
import { dumpFlows } from '@throughline/doctor';
const users = new AsyncLocalStorage();
setTimeout(() => {
  users.enterWith('ada');
  setTimeout(() => undefined, 10_000).unref();
  users.enterWith('bob');
  console.log(dumpFlows());
});
`,
  });
  const { stdout, stderr } = await project.run([REGISTER, 'entered.mjs'], { inspectFlows: true });
  assert.match(stdout, /entered\.mjs:6:\d+ [^]*"ada"/, stderr);
  assert.match(stdout, /entered\.mjs:8:\d+ [^]*"bob"/);
});

test('a value whose properties cannot be read does not end the program', async () => {
  await project.write({
    'namespace.mjs': `
import { AsyncLocalStorage } from 'node:async_hooks';
import * as namespace from './namespace.mjs';
import { dumpFlows } from '@throughline/doctor';
const users = new AsyncLocalStorage();
users.run(namespace, () => setTimeout(() => undefined, 20));
console.log(dumpFlows());
export let late = 1;
`,
  });
  const { stdout, code } = await project.run([REGISTER, 'namespace.mjs'], { inspectFlows: true });
  assert.equal(code, 0);
  assert.match(stdout, /#1 {2}live, \d+ ms {2}unreadable\n/);
});

test('flows wait for promises until these are settled, their code continues, or they are collected', async () => {
  await project.write({
    'awaits.mjs': `
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { dumpFlows } from '@throughline/doctor';
const jobs = new AsyncLocalStorage();
const { promise, resolve } = Promise.withResolvers?.() ?? (() => {
  const made = {};
  made.promise = new Promise((resolve) => { made.resolve = resolve; });
  return made;
})();
async function work() {
  await promise;
  await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
}
const forget = async () => { await new Promise(() => undefined); };
jobs.run('worker', () => { work(); });
jobs.run('forgetful', () => { forget(); });
const linesOf = (name) => {
  const [, lines = 'finished'] = new RegExp('"' + name + '"((?:\\n {6}.*)*)').exec(dumpFlows()) ?? [];
  return lines.replaceAll(/[\\d.]+ m?s/g, 'TIME').trim();
};
await wait(1200);
console.log(linesOf('worker'), '|', linesOf('forgetful'));
resolve();
await wait(700);
console.log(linesOf('worker'));
for (let i = 0; i < 10; i++) {
  globalThis.gc();
  await wait(120);
}
console.log(linesOf('forgetful'));
process.exit();
`,
  });
  const args = ['--expose-gc', REGISTER, 'awaits.mjs'];
  const { stdout, stderr } = await project.run(args, { inspectFlows: true, recordWaits: true });
  const first = 'waits for TIME: promise at awaits.mjs:12:3  await promise;';
  assert.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
    [
      `${first} | waits for TIME: promise at awaits.mjs:15:36  const forget = async () => { await new Promise(() => undefined); };`,
      'waits for TIME: timer of TIME at awaits.mjs:13:34  await new Promise((resolve) => setTimeout(resolve, 60_000).unref());',
      'finished',
    ],
    stderr,
  );
});

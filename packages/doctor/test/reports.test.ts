/** What is reported of processes and threads, where, and when. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMAND, LOSSY, REGISTER, readReport, TestProject } from './test-project.js';

const project = await TestProject.create();
const HAS_SIGNALS = process.platform !== 'win32';

await project.write({
  'lossy.cjs': `${LOSSY}lose();`,
  'quiet.cjs': 'console.log("quiet");',
  'worker.cjs': `${LOSSY}
lose();
const { parentPort } = require('node:worker_threads');
parentPort.on('message', () => undefined);
parentPort.postMessage('has lost');
`,
  'terminates.cjs': `
const { Worker } = require('node:worker_threads');
const worker = new Worker('./worker.cjs');
worker.once('message', async () => {
  await worker.terminate();
  if (process.argv[2] === 'exit') process.exit();
});
`,
});

test('a process reports the findings of its worker threads in one report, also of those that were terminated', async () => {
  for (const args of [['terminates.cjs'], ['terminates.cjs', 'exit']]) {
    const { stdout } = await project.run([REGISTER, ...args], { format: 'json' });
    const { findings } = readReport(stdout);
    assert.deepEqual(
      findings.map(({ count, places: [place] }) => [count, place?.line]),
      [[1, 4]],
    );
    assert.equal(stdout.split('"findings"').length, 2, 'there is one report');
  }
});

test('the command reports the findings of a process that was killed, and of threads that were terminated', {
  skip: !HAS_SIGNALS && 'Windows has no signals',
}, async () => {
  await project.write({
    'kills.cjs': `
const { fork } = require('node:child_process');
const child = fork('./killed.cjs');
child.once('message', () => child.kill('SIGKILL'));
`,
    'killed.cjs': `${LOSSY}lose();\nprocess.send('has lost');\nsetInterval(() => undefined, 1000);\n`,
  });
  for (const file of ['kills.cjs', 'terminates.cjs']) {
    const { stdout } = await project.run([COMMAND, '--json', file]);
    assert.deepEqual(
      readReport(stdout).findings.map(({ count }) => count),
      [1],
    );
  }
});

test('files that are not checked are named with the reason', async () => {
  await project.write({
    'uses-them.cjs': `
for (const name of ['./large.cjs', './deep.cjs', './reserved.cjs', './broken.cjs']) {
  try { require(name); } catch (error) { console.log(error.name); }
}
`,
    'large.cjs': `const f = () => 1; // ${'x'.repeat(8e6)}`,
    'deep.cjs': `const f = () => ${'['.repeat(20_000)}${']'.repeat(20_000)};`,
    'reserved.cjs': 'const __td0 = () => 1;',
    'broken.cjs': 'const = 1;',
  });
  const { stdout } = await project.run([REGISTER, 'uses-them.cjs'], { format: 'json' });
  const { findings, unchecked } = readReport(stdout);
  assert.deepEqual(findings, []);
  assert.deepEqual(
    unchecked.map(({ file, reason }) => `${file.slice(project.folder.length + 1)}: ${reason}`),
    [
      'broken.cjs: its syntax was not understood',
      'deep.cjs: its code is nested too deeply',
      'large.cjs: it is longer than 8 million characters',
      'reserved.cjs: it contains names that begin with __td',
    ],
  );
  const { stderr } = await project.run([COMMAND, 'uses-them.cjs']);
  assert.match(stderr, /^throughline-doctor: 4 files were not checked\n {2}broken\.cjs: its syntax/m);
});

test('the exit code is that of the program, unless --fail is given and something was found', async () => {
  await project.write({
    'fails.cjs': `${LOSSY}lose();\nprocess.exitCode = 3;`,
    'interrupted.cjs': `process.kill(process.pid, 'SIGKILL'); setInterval(() => undefined, 1000);`,
  });
  const codeOf = async (...args: string[]) => (await project.run([COMMAND, ...args])).code;
  assert.equal(await codeOf('lossy.cjs'), 0);
  assert.equal(await codeOf('--fail', 'lossy.cjs'), 1);
  assert.equal(await codeOf('--fail', 'quiet.cjs'), 0);
  assert.equal(await codeOf('--fail', 'fails.cjs'), 3);
  assert.equal(await codeOf('no-such-command'), 127);
  if (HAS_SIGNALS) assert.equal(await codeOf('interrupted.cjs'), 137);
});

test('--html writes a page with the findings, and prints them too', async () => {
  const page = join(project.folder, 'findings.html');
  const { stderr, code } = await project.run([COMMAND, '--html', 'findings.html', 'lossy.cjs']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^throughline-doctor: 1 finding$/m);
  assert.match(await readFile(page, 'utf8'), /<mark>\(<\/mark>\) =&gt; storage\.getStore\(\)/);
  await rm(page);
  await project.run([REGISTER, 'lossy.cjs'], { html: page });
  assert.match(await readFile(page, 'utf8'), /<h1>1 finding<\/h1>/);
  const wrong = await project.run([COMMAND, '--html']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--html needs the name of a file/);
});

/** Starts a program, sends it a signal when it has printed, and returns how it ended and what it printed until then. */
async function interrupt(args: readonly string[], signal: NodeJS.Signals, until: RegExp) {
  const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', (code, name) => resolve(name ?? code)));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    if (until.test(stderr)) child.kill('SIGTERM');
  });
  child.stdout.once('data', () => child.kill(signal));
  // A program that ignores the signal must not let the test wait.
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const end = await ended;
  clearTimeout(timer);
  return { end, stderr };
}

const WAITS = `console.log('ready'); setInterval(() => undefined, 1000);\n`;

test('SIGURG prints what was found until now, and does not end the program', {
  skip: !HAS_SIGNALS && 'Windows has no signals',
}, async () => {
  await project.write({ 'waits.cjs': `${LOSSY}lose();\n${WAITS}`, 'waits-quietly.cjs': WAITS });
  for (const args of [[REGISTER], [COMMAND]]) {
    const { end, stderr } = await interrupt([...args, 'waits.cjs'], 'SIGURG', /remedy[\s\S]*flow\n/);
    assert.equal(end, args[0] === COMMAND ? 143 : 'SIGTERM');
    assert.equal(stderr.match(/throughline-doctor: 1 finding/g)?.length, 2, stderr);
  }
  const { stderr } = await interrupt([REGISTER, 'waits-quietly.cjs'], 'SIGURG', /until now/);
  assert.match(stderr, /^throughline-doctor: Process \d+ has no findings until now\.\n$/);
});

test('nodemon can restart a program: SIGUSR2 ends it, after its findings', {
  skip: !HAS_SIGNALS && 'Windows has no signals',
}, async () => {
  await project.write({ 'waits.cjs': `${LOSSY}lose();\n${WAITS}` });
  const { end, stderr } = await interrupt([REGISTER, 'waits.cjs'], 'SIGUSR2', /never/);
  assert.equal(end, 'SIGUSR2');
  assert.match(stderr, /^throughline-doctor: 1 finding$/m);
});

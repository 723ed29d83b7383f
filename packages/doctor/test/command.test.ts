/** The command: what it does with wrong arguments, signals, and reports that cannot be written. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { COMMAND, LOSSY, REGISTER, TestProject } from './test-project.js';

const project = await TestProject.create();
const skip = process.platform === 'win32' && 'Windows has no signals';

await project.write({
  'lossy.cjs': `${LOSSY}lose();`,
  'waits.cjs': `console.log('ready'); setTimeout(() => undefined, 10_000);`,
  'blocked.cjs': `console.log('ready'); setTimeout(() => { for (;;); }, 10);`,
  'graceful.cjs': `
process.on('SIGTERM', () => console.log('received'));
setTimeout(() => process.exit(5), 2500);
console.log('ready');
`,
  'debugged.cjs': `
process.on('SIGUSR1', () => process.exit(4));
setTimeout(() => undefined, 10_000);
console.log('ready');
`,
  'cleans.cjs': `
const { folder } = JSON.parse(process.env.THROUGHLINE_DOCTOR);
require('node:fs').rmSync(folder, { recursive: true });
process.exitCode = 6;
`,
});

interface StartedCommand {
  readonly child: ChildProcess;
  readonly output: { text: string };
  readonly end: Promise<unknown>;
}

/** Starts the command in a session of its own, which has no terminal, and waits until the program has printed. */
async function start(program: string): Promise<StartedCommand> {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, [COMMAND, program], { cwd: project.folder, stdio: [...stdio], detached: true });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 20_000);
  const end = once(child, 'close').then(([code]) => {
    clearTimeout(timer);
    return code;
  });
  while (!output.text.includes('ready')) await wait(20);
  return { child, output, end };
}

test('signals of another process are passed on to the program', { skip }, async () => {
  const endOf = async (program: string, signal: NodeJS.Signals) => {
    const { child, end } = await start(program);
    child.kill(signal);
    return end;
  };
  assert.equal(await endOf('waits.cjs', 'SIGINT'), 130);
  assert.equal(await endOf('waits.cjs', 'SIGTERM'), 143);
  assert.equal(await endOf('debugged.cjs', 'SIGUSR1'), 4);
});

test('the second signal kills a program whose event loop is blocked, and no other', { skip }, async () => {
  const [blocked, graceful] = await Promise.all([start('blocked.cjs'), start('graceful.cjs')]);
  await wait(50);
  for (const { child } of [blocked, graceful]) child.kill('SIGTERM');
  await wait(1200);
  for (const { child } of [blocked, graceful]) child.kill('SIGTERM');
  assert.equal(await blocked.end, 137);
  assert.match(blocked.output.text, /Process \d+ does not notice signals, because its event loop is blocked\./);
  assert.equal(await graceful.end, 5);
  assert.equal(graceful.output.text.match(/received/g)?.length, 2, graceful.output.text);
});

test('the exit code is that of the program if the findings cannot be reported', async () => {
  const page = await project.run([COMMAND, '--html', 'no-such-folder/findings.html', 'lossy.cjs']);
  assert.equal(page.code, 0);
  assert.match(page.stderr, /^throughline-doctor: 1 finding$/m);
  assert.match(page.stderr, /^throughline-doctor: The findings could not be reported: ENOENT: .*findings\.html'$/m);
  const cleaned = await project.run([COMMAND, 'cleans.cjs']);
  assert.equal(cleaned.code, 6);
  assert.match(cleaned.stderr, /^throughline-doctor: The findings could not be reported: ENOENT/m);
});

test('wrong values of options are refused before the program runs', async () => {
  for (const [args, message] of [
    [['--outlived', 'Infinity'], /--outlived must be followed by a number of seconds/],
    [['--inspect-flows', '9230'], /The port of the page follows an equals sign: --inspect-flows=9230\./],
  ] as const) {
    const { code, stdout, stderr } = await project.run([COMMAND, ...args, 'waits.cjs']);
    assert.equal(code, 2);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
});

test('a script of the shell is a command: its processes of Node are checked', { skip }, async () => {
  await project.write({ 'run.sh': '#!/usr/bin/env bash\nexec node "$(dirname "$0")/lossy.cjs"\n' });
  await chmod(join(project.folder, 'run.sh'), 0o755);
  const { code, stderr } = await project.run([COMMAND, './run.sh']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^throughline-doctor: 1 finding$/m);
});

test('threads are checked that have arguments and an environment of their own', async () => {
  await project.write({
    'threads.cjs': `
const { Worker } = require('node:worker_threads');
class Own extends Worker {}
for (const options of [{ execArgv: [] }, { env: { OWN: '1' } }, { execArgv: ['--no-warnings'], env: {} }]) {
  const worker = new Own('./lossy.cjs', options);
  if (!(worker instanceof Worker) || Worker.prototype.constructor !== Worker) throw new Error('another class');
}
`,
  });
  const { stderr } = await project.run([COMMAND, 'threads.cjs']);
  assert.match(stderr, /with(?:out)? the value of (?:its|another) flow, 3 times$/m);
  const alone = await project.run([REGISTER, 'threads.cjs'], {});
  assert.match(alone.stderr, /with(?:out)? the value of (?:its|another) flow, 3 times$/m);
});

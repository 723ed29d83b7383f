/** One process at a time installs and compiles. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** Starts a process that prints `begin`, waits for `ms`, and prints `end`. */
function startTurn(folder, ms) {
  const source = `
    import { waitForTurn } from ${JSON.stringify(new URL('one-setup.mjs', import.meta.url).href)};
    const endTurn = await waitForTurn();
    console.log('begin', Date.now());
    setTimeout(() => { console.log('end', Date.now()); endTurn(); }, ${ms});`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { cwd: folder });
  child.output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    child.output += text;
  });
  child.closed = once(child, 'close');
  return child;
}

function inTemporaryFolder(use) {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
    try {
      await use(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

test(
  'two processes take turns, and the second prints which process it waits for',
  inTemporaryFolder(async (folder) => {
    const turns = [startTurn(folder, 300), startTurn(folder, 300)];
    await Promise.all(turns.map(({ closed }) => closed));
    const [first, second] = turns
      .map(({ output }) => ({
        output,
        begin: Number(/begin (\d+)/.exec(output)?.[1]),
        end: Number(/end (\d+)/.exec(output)?.[1]),
      }))
      .sort((one, other) => one.begin - other.begin);
    assert.ok(first.end <= second.begin, `${first.output}\n${second.output}`);
    assert.match(second.output, /^ {2}Waiting for process \d+, which installs or compiles here/);
    assert.deepEqual(readdirSync(join(folder, '.runtimes')), []);
  }),
);

test(
  'a process that was killed, or a damaged file, does not block the next process',
  inTemporaryFolder(async (folder) => {
    const killed = startTurn(folder, 60_000);
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await killed.closed;
    assert.ok(existsSync(join(folder, '.runtimes/setup')));
    const next = startTurn(folder, 0);
    await next.closed;
    assert.match(next.output, /^begin/);

    mkdirSync(join(folder, '.runtimes'), { recursive: true });
    writeFileSync(join(folder, '.runtimes/setup'), '');
    const last = startTurn(folder, 0);
    await last.closed;
    assert.match(last.output, /^begin/);
  }),
);

/**
 * Migrates small applications of each library. Before and after, each runs on a real server that receives 20 concurrent
 * requests, and sends the same responses.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../dist/migrate-command/migrate.js', import.meta.url));
const APPLICATIONS = fileURLToPath(new URL('../applications/', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const USERS = Array.from({ length: 20 }, (_, index) => `user-${index}`);

const testDirectory = mkdtempSync(join(tmpdir(), 'throughline-'));
after(() => rmSync(testDirectory, { recursive: true, force: true }));

interface Application {
  readonly folder: string;
  /** What no file may contain after the migration. */
  readonly library: RegExp;
  readonly changed: readonly string[];
  readonly exitCode: number;
}

const applications: readonly Application[] = [
  // executionAsyncId() stays.
  {
    folder: 'async-hooks',
    library: /AsyncResource.*async_hooks/,
    changed: ['pool.cjs', 'server.js', 'user.js'],
    exitCode: 1,
  },
  { folder: 'cls-hooked', library: /cls-hooked'/, changed: ['orders.js', 'server.js', 'session.js'], exitCode: 0 },
  {
    folder: 'express-http-context',
    library: /httpContext|http-context'/,
    changed: ['log.cjs', 'server.js'],
    exitCode: 0,
  },
  {
    folder: 'fastify-request-context',
    library: /equestContext|request-context/,
    changed: ['cart.js', 'server.js'],
    exitCode: 0,
  },
  { folder: 'hono-context-storage', library: /hono\/context-storage/, changed: ['greet.js', 'server.js'], exitCode: 0 },
];

for (const { folder, library, changed, exitCode } of applications) {
  test(`the application ${folder} responds to 20 concurrent requests as before`, { timeout: 60_000 }, async () => {
    const directory = join(testDirectory, folder);
    cpSync(join(APPLICATIONS, folder), directory, { recursive: true });
    symlinkSync(PACKAGES, join(directory, 'node_modules'));
    const before = await responsesOf(directory);
    for (const [index, text] of before.entries()) {
      assert.ok(text.includes(USERS[index] ?? ''), text);
      for (const match of text.match(/user-\d+/g) ?? []) assert.equal(match, USERS[index]);
    }

    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND], { cwd: directory, encoding: 'utf8' });
    assert.deepEqual([stderr, status], ['', exitCode], stdout);
    assert.deepEqual(stdout.match(/^.*(?=: changed$)/gm), changed);
    for (const name of readdirSync(directory).filter((entry) => /\.c?js$/.test(entry))) {
      assert.doesNotMatch(readFileSync(join(directory, name), 'utf8'), library, name);
    }
    assert.deepEqual(await responsesOf(directory), before);

    const again = spawnSync(process.execPath, [COMMAND, '--check'], { cwd: directory, encoding: 'utf8' });
    assert.equal(again.status, 0, again.stdout);
  });
}

/** Starts the server of an application, and returns its responses to concurrent requests, one for each user. */
async function responsesOf(directory: string): Promise<string[]> {
  const child = spawn(process.execPath, ['server.js'], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let errorOutput = '';
  child.stderr.on('data', (text) => {
    errorOutput += text;
  });
  try {
    const started = once(createInterface(child.stdout), 'line');
    const exited = once(child, 'exit').then(([code]) => assert.fail(`exit code ${code}: ${errorOutput}`));
    // The server is stopped in the end, when nothing waits for this any more.
    exited.catch(() => {});
    const [port] = await Promise.race([started, exited]);
    return await Promise.all(
      USERS.map(async (user) => {
        const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-user': user } });
        const text = await response.text();
        assert.equal(response.status, 200, `${text}${errorOutput}`);
        return text;
      }),
    );
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

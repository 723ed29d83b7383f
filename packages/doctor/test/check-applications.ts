/**
 * Runs correct applications with the doctor: the frameworks with sessions, uploads, PostgreSQL, MariaDB, Redis and pino,
 * and the server of `npm start` under its own load. None may have a finding in the default view.
 *
 *     npm run doctor:applications
 *     npm run doctor:applications -- koa nest        only these
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@throughline/doctor';
import { isNotInstalled, startMariadb, startPostgres, startRedis } from '@throughline/testing/databases';

const NAMES = ['express', 'fastify', 'koa', 'hono', 'h3', 'nest'];
const USERS = 12;
const REQUESTS = 8;
const FILE = 'x'.repeat(5000);

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const words = process.argv.slice(2);
const isSelected = (name: string) => words.length === 0 || words.includes(name);

const servers = [await startPostgres(), await startMariadb(), await startRedis()];
for (const server of servers) {
  if (isNotInstalled(server)) {
    console.error(`The applications cannot run: ${server.reason}.`);
    process.exit(1);
  }
}
try {
  const [POSTGRES_URL, MARIADB_URL, REDIS_URL] = servers.map((server) => (isNotInstalled(server) ? '' : server.url));
  const databases = { POSTGRES_URL, MARIADB_URL: `${MARIADB_URL}/mysql`, REDIS_URL };
  for (const name of NAMES.filter(isSelected)) {
    for (const dependencies of [false, true]) {
      const title = `${name}${dependencies ? ' with its dependencies' : ''}`;
      printResult(title, await runApplication(name, dependencies, databases));
    }
  }
} finally {
  for (const server of servers) if (!isNotInstalled(server)) await server.stop();
}
if (isSelected('npm-start')) printResult('the server of npm start', runExampleServer());
process.exit();

async function runApplication(name: string, dependencies: boolean, databases: NodeJS.ProcessEnv): Promise<Finding[]> {
  const file = fileURLToPath(new URL(`../applications/${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, ['--import', '@throughline/doctor/register', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...databases,
      NODE_ENV: 'production',
      THROUGHLINE_DOCTOR: JSON.stringify({ all: true, dependencies, format: 'json' }),
    },
  });
  const output = text(child.stdout as Readable);
  const [port] = (await Promise.race([once(child, 'message'), failAtExit(child, name)])) as [number];
  await Promise.all(Array.from({ length: USERS }, () => sendRequests(`http://127.0.0.1:${port}/`)));
  // Not a signal, on which a server may wait for its connections.
  child.disconnect();
  return JSON.parse(await output).findings;
}

async function failAtExit(child: ChildProcess, name: string): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`${name} ended with ${code}.`);
}

/** A user sends one request after the other, with the cookie of its session. */
async function sendRequests(url: string): Promise<void> {
  let cookie = '';
  for (let visits = 1; visits <= REQUESTS; visits++) {
    const body = new FormData();
    body.set('file', new Blob([FILE]), 'file.txt');
    const response = await fetch(url, { method: 'POST', body, headers: { cookie } });
    const message = await response.text();
    assert.ok(response.ok, `${response.status}: ${message}`);
    const result = JSON.parse(message);
    assert.deepEqual(result.rows, [result.id, result.id]);
    assert.deepEqual([result.size, result.visits, result.isSame], [FILE.length, visits, true]);
    cookie ||= response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  }
}

/** It sends its own load, and checks every read. */
function runExampleServer(): Finding[] {
  const main = `${root}examples/server/dist/main.js`;
  assert.ok(existsSync(main), 'npm start compiles the server.');
  const command = fileURLToPath(new URL('../../dist/command/throughline-doctor.js', import.meta.url));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [command, '--json', '--all', main, '--exit', '--requests', '500'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1e8,
      env: { ...process.env, PORT: '0', REDIS_URL: '', THROUGHLINE_STORAGE: '' },
    },
  );
  assert.equal(status, 0, stdout + stderr);
  return JSON.parse(stdout.slice(stdout.indexOf('{\n'))).findings;
}

function printResult(title: string, all: readonly Finding[]): void {
  const shown = all.filter(({ severity }) => severity !== 'shared' && severity !== 'unread');
  console.log(`${title}: ${shown.length} findings, ${all.length - shown.length} more with --all`);
  for (const { message, places } of shown) {
    process.exitCode = 1;
    console.log(`  ${message}`);
    for (const { file, line, column, note } of places) console.log(`    ${file}:${line}:${column} ${note}`);
  }
}

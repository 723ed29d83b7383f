/** Runs the command in temporary directories. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('migrate.js', import.meta.url));
const testDirectory = mkdtempSync(join(realpathSync(tmpdir()), 'throughline-'));
after(() => rmSync(testDirectory, { recursive: true, force: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(testDirectory, 'run-'));
  writeFiles({ 'package.json': '{ "name": "app", "dependencies": { "express-http-context": "^2.0.1" } }' });
});

function writeFiles(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

function readText(name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

function runCommand(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [COMMAND, ...args], { cwd: directory, encoding: 'utf8' });
}

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  const { status, stderr } = spawnSync('git', [...identity, ...args], { cwd: directory, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

const IMPORT = "import { AsyncLocalStorage } from 'node:async_hooks';\n";
const MIGRATED = "import { AsyncLocalStorage } from 'throughline';\n";
const MIXED = "import { AsyncLocalStorage, createHook } from 'node:async_hooks';\n";

test('all files below the current directory are changed, and the report names them', () => {
  writeFiles({
    'src/a.js': IMPORT,
    'src/deep/b.mts': IMPORT,
    'c.js': 'export {};\n',
    'node_modules/d/index.js': IMPORT,
  });
  const { status, stdout, stderr } = runCommand();
  assert.deepEqual([stderr, status], ['', 0]);
  assert.match(
    stdout,
    /^src\/a\.js: changed\nsrc\/deep\/b\.mts: changed\n\npackage\.json: npm install throughline\n3 files: 2 changed, 0 left to do by hand, in \d+\.\d\d s\n$/,
  );
  assert.deepEqual([readText('src/a.js'), readText('src/deep/b.mts')], [MIGRATED, MIGRATED]);
  assert.equal(readText('node_modules/d/index.js'), IMPORT);
});

test('a second run changes nothing', () => {
  writeFiles({ 'a.js': IMPORT, 'b.js': MIXED });
  assert.equal(runCommand().status, 1);
  const texts = [readText('a.js'), readText('b.js')];
  const { status, stdout } = runCommand();
  assert.equal(status, 1);
  assert.match(stdout, /2 files: 0 changed, 1 left to do by hand/);
  assert.deepEqual([readText('a.js'), readText('b.js')], texts);
});

test('what is left is reported with its position in the new file, the reason, the remedy and the section', () => {
  writeFiles({ 'b.js': `${MIXED}createHook({});\n` });
  const { status, stdout, stderr } = runCommand();
  assert.deepEqual([stderr, status], ['', 1]);
  assert.equal(
    stdout.split('\n').slice(2, 5).join('\n'),
    `b.js:2:10: node:async_hooks was not replaced. createHook() observes Node's async resources, which Throughline does not have.
  Keep this import of node:async_hooks: it works alongside Throughline. If the hook only carries a value, use AsyncLocalStorage instead.
  See docs/coming-from-async-hooks.md#what-differs`,
  );
});

test('--dry-run prints a diff that git can apply, and writes nothing', () => {
  git('init', '--quiet');
  writeFiles({ 'src/a.js': `'use strict';\r\n${IMPORT.replace('\n', '\r\n')}const a = 1;\r\n`, 'b.js': IMPORT });
  const { status, stdout, stderr } = runCommand('--dry-run');
  assert.deepEqual([stderr, status], ['', 0]);
  assert.match(stdout, /--- a\/src\/a\.js\n\+\+\+ b\/src\/a\.js\n/);
  assert.match(stdout, /2 files: 2 would change, 0 left/);
  assert.equal(readText('b.js'), IMPORT);
  const diff = stdout.slice(0, stdout.indexOf('\npackage.json:'));
  const { status: applied } = spawnSync('git', ['apply', '-'], { cwd: directory, input: diff });
  assert.equal(applied, 0);
  assert.equal(readText('b.js'), MIGRATED);
  assert.equal(readText('src/a.js'), `'use strict';\r\n${MIGRATED.replace('\n', '\r\n')}const a = 1;\r\n`);
});

test('--check exits with 1 as long as a file would change, and writes nothing', () => {
  writeFiles({ 'b.js': MIXED });
  const { status, stdout } = runCommand('--check');
  assert.equal(status, 1);
  assert.match(stdout, /^b\.js: would change\n/);
  assert.equal(readText('b.js'), MIXED);
  runCommand();
  assert.equal(runCommand('--check').status, 0, 'what is left does not count');
});

test('files are only written if git could restore them, or with --force', () => {
  git('init', '--quiet');
  writeFiles({ 'a.js': IMPORT });
  const { status, stdout, stderr } = runCommand();
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /git has uncommitted changes.*Commit your changes first, or use --force/);
  assert.equal(readText('a.js'), IMPORT);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'start');
  assert.equal(runCommand().status, 0);
  writeFiles({ 'b.js': IMPORT });
  assert.equal(runCommand('--force').status, 0);
  assert.deepEqual([readText('a.js'), readText('b.js')], [MIGRATED, MIGRATED]);
});

test('a repository that git cannot read is an error, because its changes could not be seen', () => {
  writeFiles({ 'a.js': IMPORT, '.git': 'no repository' });
  const { status, stderr } = runCommand();
  assert.equal(status, 2);
  assert.match(stderr, /git cannot read the repository of .*invalid gitfile format/);
  assert.equal(readText('a.js'), IMPORT);
});

test('files that git ignores are not changed, unless an argument names them', () => {
  git('init', '--quiet');
  writeFiles({ '.gitignore': 'build\n', 'build/a.js': IMPORT, 'b.js': IMPORT });
  assert.match(runCommand('--force').stdout, /^b\.js: changed\n\n/);
  assert.equal(readText('build/a.js'), IMPORT);
  assert.match(runCommand('--force', 'build/a.js').stdout, /^build\/a\.js: changed\n\n/);
});

test('only the named files are changed, but a library that others use too is left', () => {
  const use = "import { get } from 'express-http-context';\nexport const user = () => get('user');\n";
  writeFiles({ 'src/a.js': IMPORT, 'src/b.js': use, 'test/c.js': use, 'd.js': IMPORT });
  const { status, stdout } = runCommand('src');
  assert.equal(status, 1);
  assert.match(
    stdout,
    /^src\/a\.js: changed\n\ntest\/c\.js:1:1: express-http-context was not replaced\. The file uses/,
  );
  assert.deepEqual([readText('src/b.js'), readText('d.js')], [use, IMPORT]);
  const all = runCommand();
  assert.equal(all.status, 0);
  assert.match(all.stdout, /package\.json: npm install @throughline\/request throughline\n/);
  assert.match(all.stdout, /package\.json: npm uninstall express-http-context\n/);
});

test('a file that does not parse is reported with its position and stays, and the others are changed', () => {
  const broken = `${IMPORT}const = 1;\n`;
  writeFiles({ 'a.js': IMPORT, 'b.js': broken, 'c.js': 'const = 1;\n' });
  const { status, stdout, stderr } = runCommand();
  assert.equal(status, 1);
  assert.match(stderr, /^b\.js:2:7: .+\n\n {2}1 \| import .*\n> 2 \| const = 1;/);
  assert.match(stdout, /3 files: 1 changed, 0 left to do by hand, 1 failed/);
  assert.deepEqual([readText('a.js'), readText('b.js')], [MIGRATED, broken]);
});

test('a file that is not UTF-8 is reported and stays', () => {
  const bytes = new Uint8Array([...new TextEncoder().encode(`${IMPORT}// `), 0xe4, 0x0a]);
  writeFiles({ 'a.js': bytes });
  const { status, stderr } = runCommand();
  assert.equal(status, 1);
  assert.match(stderr, /^a\.js: is not UTF-8/);
  assert.deepEqual(new Uint8Array(readFileSync(join(directory, 'a.js'))), bytes);
});

test('a file keeps its mode, its byte order mark and its links, and nothing else appears', () => {
  writeFiles({ 'a.js': `#!/usr/bin/env node\n${IMPORT}`, 'b.js': `\uFEFF${IMPORT}` });
  chmodSync(join(directory, 'a.js'), 0o755);
  symlinkSync('a.js', join(directory, 'link.js'));
  assert.equal(runCommand().status, 0);
  assert.deepEqual([readText('a.js'), readText('b.js')], [`#!/usr/bin/env node\n${MIGRATED}`, `\uFEFF${MIGRATED}`]);
  assert.equal(statSync(join(directory, 'a.js')).mode & 0o777, 0o755);
  assert.deepEqual(readdirSync(directory).sort(), ['a.js', 'b.js', 'link.js', 'package.json']);
});

test('enterWith() is left unless package.json excludes Node 20 and 22', () => {
  writeFiles({ 'a.js': `${IMPORT}const a = new AsyncLocalStorage();\na.enterWith(1);\n` });
  assert.match(runCommand().stdout, /a\.js:3:1: node:async_hooks was not replaced\. On Node 20 and 22/);
  for (const node of ['>=22', '^24 || 22', '*']) {
    writeFiles({ 'package.json': JSON.stringify({ engines: { node } }) });
    assert.equal(runCommand('--check').status, 0, node);
  }
  writeFiles({ 'package.json': '{ "engines": { "node": ">=24.1.0" } }' });
  assert.equal(runCommand().status, 0);
});

test('a library that a dependency shares, or that needs another framework first, is left', () => {
  writeFiles({
    'package.json': '{ "dependencies": { "logger": "1", "fastify": "^3.29.0" } }',
    'node_modules/logger/package.json': '{ "name": "logger", "peerDependencies": { "express-http-context": "2" } }',
    'a.js': "import { get } from 'express-http-context';\nget('user');\n",
    'b.js': "import { requestContext } from '@fastify/request-context';\nrequestContext.get('user');\n",
  });
  const { status, stdout } = runCommand();
  assert.equal(status, 1);
  assert.match(stdout, /a\.js:1:1: express-http-context was not replaced\. The dependency logger also uses/);
  assert.match(
    stdout,
    /b\.js:1:1: @fastify\/request-context was not replaced\. The adapter .* needs Fastify 4\.16, and/,
  );
  for (const fastify of ['^4.16.0', '~4.28.1', '5', 'latest']) {
    writeFiles({ 'package.json': JSON.stringify({ dependencies: { fastify } }) });
    assert.doesNotMatch(runCommand('--check').stdout, /needs Fastify/, fastify);
  }
  for (const fastify of ['^4.15.0', '4', '^3.0.0 || ^4.16.0']) {
    writeFiles({ 'package.json': JSON.stringify({ dependencies: { fastify } }) });
    assert.match(runCommand('--check').stdout, /needs Fastify 4\.16/, fastify);
  }
});

test('cls-hooked is not replaced if another package of the repository imports the namespace by the name of its package', () => {
  writeFiles({
    'package.json': '{ "name": "root", "dependencies": { "cls-hooked": "4" }, "workspaces": ["packages/*"] }',
    'packages/context/package.json': '{ "name": "@app/context", "main": "src/index.js" }',
    'packages/context/src/index.js':
      "const { createNamespace } = require('cls-hooked');\nconst ns = createNamespace('app');\nmodule.exports = { ns };\n",
    'packages/web/package.json': '{ "name": "@app/web", "dependencies": { "@app/context": "*" } }',
    'packages/web/a.js': "const { ns } = require('@app/context');\nns.run(() => ns.set('a', 1));\n",
  });
  const { status, stdout } = runCommand('--check');
  assert.equal(status, 0, stdout);
  assert.match(stdout, /packages\/web\/a\.js:1:16: cls-hooked was not replaced\. '@app\/context' may be the file/);
  writeFiles({ 'packages/web/a.js': "const { other } = require('@app/context');\n" });
  assert.equal(runCommand('--check').status, 1);
});

test('invalid arguments are rejected, and an unknown option leads to the nearest one', () => {
  writeFiles({ 'a.js': IMPORT });
  for (const [args, pattern] of [
    [['--dryrun'], /^throughline-migrate: The command has no option --dryrun\. Did you mean --dry-run\?/],
    [['--chek'], /Did you mean --check\?/],
    [['-x'], /^throughline-migrate: The command has no option -x/],
    [['--check', '--dry-run'], /cannot be combined/],
    [['--check=yes'], /--check/],
    [['missing.js'], /No such file or directory: 'missing\.js'/],
    [['.', testDirectory], /is not in .*Run the command once for each project/],
  ] as const) {
    const { status, stdout, stderr } = runCommand(...args);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, pattern);
    assert.match(stderr, /\nSee throughline-migrate --help\.\n$/);
  }
  assert.equal(readText('a.js'), IMPORT);
});

test('--help and --version', () => {
  const { status, stdout } = runCommand('--help');
  assert.equal(status, 0);
  assert.match(stdout, /^Usage: throughline-migrate /);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  assert.match(runCommand('-v').stdout, /^\d+\.\d+\.\d+\n$/);
});

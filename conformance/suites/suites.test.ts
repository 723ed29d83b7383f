/** Tests how reports of suites are read and how runs are compared. `npm run suites` runs the suites. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compareFile, sumComparisons } from './compare-runs.js';
import { parseMochaReport, parseVitestReport } from './json-reports.js';
import { findNodeTests, NODE_SUITE, readFlags, tagFor } from './node-tests.js';
import { DOCTOR, type Preload, REGISTER } from './preloads.js';
import type { Outcome, Results } from './results.js';
import { runTestFile } from './run-test-file.js';
import { nodeTest, ONE_FILE_MS } from './runners.js';
import type { TestFile } from './suite.js';
import { SUITES } from './suites.js';
import { type SuiteRow, updateSuitesTable } from './suites-table.js';
import { parseTap } from './tap.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-suites-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const TESTS = `
const { AsyncLocalStorage } = require('node:async_hooks');
const { describe, it, test } = require('node:test');
test('is not registered', () => { if (Symbol.for('throughline.replacement.1') in AsyncLocalStorage) throw new Error('...'); });
test('is not checked', () => { if ('__tdEnter' in globalThis) throw new Error('...'); });
test('a \\\\ and a #', { skip: 'reason' }, () => {});
describe('outer', () => {
  it('same name', () => {});
  it('same name', () => { throw new Error('not ok 1 - in the details'); });
  it('later', { todo: true }, () => { throw new Error(); });
});
console.log('ok 7 - printed, not reported');
`;

describe('a test file', () => {
  writeFileSync(join(folder, 'some.test.js'), TESTS);
  const file: TestFile = { name: 'some.test.js', folder, runner: nodeTest() };
  const run = async (preload?: Preload) =>
    Object.fromEntries(await runTestFile(file, { node: process.execPath, preload, logs: join(folder, 'logs') }));

  test('is run alone and with a preload, and its tests are found in its report', async () => {
    const alone = {
      'is not registered': 'passed',
      'is not checked': 'passed',
      'a \\ and a #': 'skipped',
      'outer > same name': 'passed',
      'outer > same name (2)': 'failed',
      'outer > later': 'skipped',
      outer: 'failed',
    };
    assert.deepEqual(await run(), alone);
    assert.deepEqual(await run(REGISTER), { ...alone, 'is not registered': 'failed' });
    assert.deepEqual(await run(DOCTOR), { ...alone, 'is not checked': 'failed' });
    assert.match(readFileSync(join(folder, 'logs/some.test.js.log'), 'utf8'), /printed, not reported/);
  });

  test('is a test itself if its process fails and no test does, or if it has no report', async () => {
    const results = async (name: string, code: string, runner = nodeTest()) => {
      writeFileSync(join(folder, name), code);
      const options = { node: process.execPath, preload: undefined, logs: join(folder, 'logs') };
      return Object.fromEntries(await runTestFile({ name, folder, runner }, options));
    };
    const passing = `require('node:test').test('passes', () => {});`;
    assert.deepEqual(await results('exit.js', `${passing} process.on('exit', () => { process.exitCode = 3; });`), {
      passes: 'passed',
      'exit.js': 'failed',
    });
    const program = { args: ({ name }: TestFile) => [name], timeoutMs: ONE_FILE_MS };
    assert.deepEqual(await results('script.js', '', program), { 'script.js': 'passed' });
    assert.deepEqual(await results('throws.js', 'throw new Error()', program), { 'throws.js': 'failed' });
  });
});

test('a report in TAP may end its lines as on Windows, and have tests without a name', () => {
  const report = 'TAP version 13\r\nok 1\r\nnot ok 2 - two # TODO later\r\n  ---\r\n  ok 3\r\n  ...\r\n1..2\r\n';
  assert.deepEqual(
    [...parseTap(report)],
    [
      ['', 'passed'],
      ['two', 'skipped'],
    ],
  );
});

test('reports of Mocha and Vitest name the file of a test', () => {
  const file = join(folder, 'a', 'b.js');
  const mochaTest = (fullTitle: string) => ({ file, fullTitle });
  const mochaReport = { passes: [mochaTest('one')], failures: [mochaTest('two')], pending: [mochaTest('three')] };
  const expected = [
    ['a/b.js > one', 'passed'],
    ['a/b.js > two', 'failed'],
    ['a/b.js > three', 'skipped'],
  ];
  assert.deepEqual([...parseMochaReport(JSON.stringify(mochaReport), folder)], expected);
  const vitestTest = (fullName: string, status: string) => ({ fullName, status });
  const assertionResults = [vitestTest('one', 'passed'), vitestTest('two', 'failed'), vitestTest('three', 'pending')];
  const vitestReport = { testResults: [{ name: file, assertionResults }] };
  assert.deepEqual([...parseVitestReport(JSON.stringify(vitestReport), folder)], expected);
});

/** Runs that end with these results, in turn. */
function rounds(alone: readonly Record<string, Outcome>[], preloaded: readonly Record<string, Outcome>[]) {
  const queues = { alone: [...alone], preloaded: [...preloaded] };
  const run = async (way: 'alone' | 'preloaded'): Promise<Results> => {
    const results = queues[way].shift();
    assert.ok(results !== undefined, `one round too many: ${way}`);
    return new Map(Object.entries(results));
  };
  return { run, queues };
}

describe('the comparison', () => {
  test('counts tests that pass, and runs a file without a difference once', async () => {
    const { run } = rounds(
      [{ a: 'passed', b: 'failed', c: 'skipped', d: 'passed' }],
      [{ a: 'passed', b: 'passed', c: 'failed', d: 'passed', e: 'failed' }],
    );
    assert.deepEqual(await compareFile(run), { tests: 3, passedAlone: 2, passedPreloaded: 2, failedPreloaded: [] });
  });

  test('reports tests that fail, are skipped or are missing in all rounds', async () => {
    const alone: Record<string, Outcome> = { a: 'passed', b: 'passed', c: 'passed', d: 'passed' };
    const preloaded: Record<string, Outcome> = { a: 'passed', b: 'failed', c: 'skipped' };
    const { run } = rounds(Array(5).fill(alone), Array(5).fill(preloaded));
    assert.deepEqual(await compareFile(run), {
      tests: 4,
      passedAlone: 4,
      passedPreloaded: 1,
      failedPreloaded: ['b', 'c', 'd'],
    });
  });

  test('accepts a test that passes with the preload in a later round', async () => {
    const { run, queues } = rounds(
      [{ a: 'passed' }, { a: 'passed' }, { a: 'passed' }],
      [{ a: 'failed' }, { a: 'passed' }, { a: 'failed' }],
    );
    assert.deepEqual((await compareFile(run)).failedPreloaded, []);
    assert.equal(queues.preloaded.length, 1);
  });

  test('does not count a test that fails alone in a later round', async () => {
    const { run } = rounds([{ a: 'passed', b: 'passed' }, { b: 'passed' }], [{ b: 'passed' }, { b: 'passed' }]);
    assert.deepEqual(await compareFile(run), { tests: 2, passedAlone: 1, passedPreloaded: 1, failedPreloaded: [] });
  });

  test('of a suite is the sum of those of its files', () => {
    const comparisons = new Map([
      ['a.js', { tests: 3, passedAlone: 2, passedPreloaded: 1, failedPreloaded: ['x'] }],
      ['b.js', { tests: 1, passedAlone: 1, passedPreloaded: 0, failedPreloaded: ['b.js'] }],
    ]);
    assert.deepEqual(sumComparisons(comparisons), {
      tests: 4,
      passedAlone: 3,
      passedPreloaded: 1,
      failedPreloaded: ['a.js > x', 'b.js'],
    });
  });
});

describe('the table', () => {
  const comparison = (passedAlone: number, passedPreloaded: number) => ({
    tests: passedAlone,
    passedAlone,
    passedPreloaded,
    failedPreloaded: [],
  });
  const row = (title: string): SuiteRow => ({
    title,
    version: '1.0.0',
    uses: 'x',
    results: {
      node20: comparison(1200, 1200),
      node22: comparison(3, 2),
      node24: comparison(3, 3),
      node26: comparison(3, 3),
    },
  });
  const emptyPage = 'text\n\n<!-- suites:start -->\n\n<!-- suites:end -->\n\nmore';

  test('keeps the rows of suites that were not run, in the order of all suites', () => {
    const order = [{ title: 'a' }, { title: 'b' }, { title: 'c' }];
    const first = updateSuitesTable(emptyPage, [row('b')], order, 'registered');
    assert.ok(first.includes('\n| b | 1.0.0 | x | 1,200 / 1,200 | 3 / **2** | 3 / 3 | 3 / 3 |\n\n<!-- suites:end -->'));
    const second = updateSuitesTable(first, [row('c'), row('a')], order, 'registered');
    assert.deepEqual(
      [...second.matchAll(/^\| ([abc]) /gm)].map(([, title]) => title),
      ['a', 'b', 'c'],
    );
    assert.throws(() => updateSuitesTable('text', [], order, 'registered'), /suites:start/);
  });

  test('states the reasons of differences', () => {
    const differences = [
      { withPreload: 'registered', nodes: ['node20', 'node22'], tests: ['t'], reason: 'Because.' },
      { withPreload: 'checked', nodes: ['node20'], tests: ['u'], reason: 'With the doctor.' },
    ] as const;
    const page = updateSuitesTable(emptyPage, [row('a')], [{ title: 'a', differences }], 'registered');
    assert.match(page, /\n\na, Node 20, Node 22: “t”\. Because\.\n\n<!-- suites:end -->/);
  });

  test('of docs/register.md names suites that exist', () => {
    const page = readFileSync(new URL('../../../docs/register.md', import.meta.url), 'utf8');
    const titles = [NODE_SUITE, ...SUITES].map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length);
    const section = page.split('<!-- suites:start -->')[1]?.split('<!-- suites:end -->')[0] ?? '';
    const rows = [...section.matchAll(/^\| (?!Suite )(.*?) \|/gm)].map(([, title]) => title);
    assert.ok(rows.length >= 11, 'Node’s own tests and at least ten libraries');
    assert.deepEqual(
      rows,
      titles.filter((title) => rows.includes(title)),
    );
  });
});

describe('Node’s own tests', () => {
  test('are those of the newest version of the nearest major version', () => {
    for (const tag of ['v20.9.0', 'v20.11.1', 'v23.9.0', 'main'])
      mkdirSync(join(folder, 'tags', tag), { recursive: true });
    assert.equal(tagFor('20.20.2', join(folder, 'tags')), 'v20.11.1');
    assert.equal(tagFor('22.1.0', join(folder, 'tags')), 'v23.9.0');
    assert.equal(tagFor('26.0.0', join(folder, 'tags')), 'v23.9.0');
    assert.throws(() => tagFor('20.0.0', join(folder, 'tags', 'main')), /no tests for Node 20\.0\.0/);
  });

  test('run with the flags that they name', () => {
    assert.deepEqual(readFlags("'use strict';\n// Flags: --expose-gc --expose-internals\ncode"), [
      '--expose-gc',
      '--expose-internals',
    ]);
    assert.deepEqual(readFlags('// no flags'), []);
  });

  test('are those of async hooks, and of storages, resources and channels elsewhere', () => {
    const checkout = join(folder, 'checkout');
    for (const [name, tests] of Object.entries({
      'async-hooks': ['init-hooks.js', 'test-async-await.js'],
      parallel: [
        'test-als-x.js',
        'test-diagnostics-channel-x.mjs',
        'test-fs-x.js',
        'test-http2-async-local-storage.js',
      ],
      sequential: ['test-async-wrap-x.js'],
    })) {
      mkdirSync(join(checkout, 'test', name), { recursive: true });
      for (const file of tests) writeFileSync(join(checkout, 'test', name, file), '// Flags: --expose-gc');
    }
    const files = findNodeTests(checkout, '26.0.0');
    assert.deepEqual(files.map(({ name }) => name).sort(), [
      'test/async-hooks/test-async-await.js',
      'test/parallel/test-als-x.js',
      'test/parallel/test-diagnostics-channel-x.mjs',
      'test/parallel/test-http2-async-local-storage.js',
      'test/sequential/test-async-wrap-x.js',
    ]);
    const [file = assert.fail()] = files;
    const { runner } = file;
    assert.deepEqual(runner.args(file, '').slice(0, -1), ['--no-webstorage', '--expose-gc']);
    assert.equal(runner.isSkipped?.('1..0 # Skipped: no TTY\n'), true);
    assert.equal(runner.isSkipped?.('ok'), false);
  });
});

test('npm run suites -- --help lists the options, and unknown words are an error', async () => {
  const command = fileURLToPath(new URL('run-suites.js', import.meta.url));
  const run = (...args: string[]) => promisify(execFile)(process.execPath, [command, ...args]);
  assert.match((await run('--help')).stdout, /--node-tests FOLDER/);
  await assert.rejects(run('no-such-suite'), /No suite has a title with no-such-suite/);
  await assert.rejects(run('--node', '18'), /There is no column for Node 18/);
  await assert.rejects(run('--write', '--node', '20', 'avvio'), /--write needs all versions of Node/);
});

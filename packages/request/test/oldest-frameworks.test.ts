/** The tests of each adapter, with the oldest version of its framework that the peer dependencies accept. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { areOldestFrameworksInstalled, createProject, oldestFrameworks } from './frameworks/oldest-frameworks.js';

/** Tests that fail with the oldest version, and why. A test that passes may not be listed. */
const differences: Record<string, Record<string, string>> = {
  express: {},
  fastify: {
    'uses one id for the request, the scope and the response': 'request.id is the counter of Fastify 4',
    "adds the id of the scope to the lines of Fastify's logger": 'reqId is the counter of Fastify 4',
  },
  'fastify-request-id': {},
  h3: {},
  hono: {},
  koa: Object.fromEntries(
    [
      'reads a body that is a web stream in the scope, and leaves the headers unchanged',
      'reads a body that is a Response in the scope, and leaves the headers unchanged',
      'reads a body that is a Blob in the scope, and leaves the headers unchanged',
      'leaves a locked web stream, which Koa cannot read, unchanged',
    ].map((title) => [title, 'Koa 2 does not send web streams']),
  ),
  nest: {},
};

describe('the oldest supported frameworks', {
  skip: !areOldestFrameworksInstalled() && 'They are not installed: npm run test:all installs them.',
}, () => {
  let folder = '';
  let tests = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
    tests = createProject(folder);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, reasons] of Object.entries(differences)) {
    it(`pass the tests of ${name}`, { timeout: 300_000 }, async () => {
      const { passed, failed, output } = await runTests(join(tests, `${name}.test.js`));
      assert.deepEqual(failed, Object.keys(reasons).sort(), output);
      assert.ok(passed > 0, output);
    });
  }
});

it('the peer dependencies begin with the oldest versions that are tested', () => {
  const file = new URL('../../package.json', import.meta.url);
  const { peerDependencies } = JSON.parse(readFileSync(file, 'utf8')) as { peerDependencies: Record<string, string> };
  for (const [name, range] of Object.entries(peerDependencies)) {
    if (name === 'throughline') continue;
    assert.equal(range.split(' || ')[0], `^${oldestFrameworks[name]}`, name);
  }
});

interface TestRun {
  passed: number;
  /** The titles of the tests that failed, sorted. A test that runs in several suites is listed once. */
  failed: string[];
  output: string;
}

function runTests(file: string): Promise<TestRun> {
  // These variables would make the process report to the test runner of this one, and write coverage of the copies.
  const { NODE_TEST_CONTEXT: _context, NODE_V8_COVERAGE: _coverage, ...env } = process.env;
  const args = ['--expose-gc', '--test', '--test-reporter=tap', file];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, maxBuffer: 64 << 20 }, (_error, output, errorOutput) => {
      const failures = output.matchAll(/^ *not ok \d+ - (.*)\n +---\n(?: +.*\n)*? +failureType: '(\w+)'/gm);
      const titles = [...failures].filter(([, , type]) => type !== 'subtestsFailed').map(([, title = '']) => title);
      resolve({
        passed: Number(/^# pass (\d+)$/m.exec(output)?.[1] ?? 0),
        failed: [...new Set(titles)].sort(),
        output: output + errorOutput,
      });
    });
  });
}

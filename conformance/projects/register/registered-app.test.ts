/**
 * Tests the checks of the applications, and runs one application in all ways without an agent. `npm run registered`
 * runs all of them.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packTarballs, withProject } from '../run-project.js';
import type { Span } from './agent-traces.js';
import { checkRequest, findTraceProblems, STEPS } from './check-flows.js';
import { formatRegisterTables, readRegisterTables } from './register-page.js';
import { REGISTER_PROJECTS } from './register-projects.js';
import { FORMATS } from './registered-app.js';
import { readResults } from './results.js';
import { runRegisteredApp } from './run-registered-app.js';

const PARTS = [{ name: 'handler' }];
const EXPECTED = { parts: PARTS, isRegistered: true, isTraced: true, hasAgentValues: true };
const RIGHT = STEPS.map((step) => ({ step, own: 'a-1', framework: 'a-1', agent: 'a-1', trace: 't1' }));

/** The text of a response. */
function textOf(readings: readonly object[], isRegistered = true): string {
  const report = { part: 'handler', readings, isRegistered, native: 0 };
  return `{"data":"[[${Buffer.from(JSON.stringify(report)).toString('base64url')}]]"}`;
}

test('the readings of a request that are its own are accepted', () => {
  assert.deepEqual(checkRequest('a-1', textOf(RIGHT), EXPECTED), { id: 'a-1', traceId: 't1', native: 0 });
});

test('a value of another request, no value, a missing step, another trace and a missing part are rejected', () => {
  const replaced = (change: object) => RIGHT.map((reading, i) => (i === 5 ? { ...reading, ...change } : reading));
  for (const text of [
    textOf(replaced({ own: 'a-2' })),
    textOf(replaced({ own: undefined })),
    textOf(replaced({ framework: 'a-2' })),
    textOf(replaced({ agent: 'a-2' })),
    textOf(replaced({ trace: 't2' })),
    textOf(replaced({ trace: undefined })),
    textOf(RIGHT.slice(1)),
    textOf(RIGHT, false),
    '',
  ]) {
    assert.throws(() => checkRequest('a-1', text, EXPECTED), /Request a-1/, text);
  }
});

const span = (id: string, parentId: string | undefined, text: string, traceId = 't1'): Span => ({
  traceId,
  id,
  parentId,
  isServer: parentId === undefined,
  heldPath: text.startsWith('/held') ? text : undefined,
  text,
});
const ROOT = span('1', undefined, 'GET /flow');
const FETCH = span('2', '1', '/held/fetch/handler/a-1');
const GET = span('3', '2', '/held/get/handler/a-1');

test('a whole trace is accepted, and a broken one is not', () => {
  const problemsOf = (...spans: Span[]) => findTraceProblems({ id: 'a-1', traceId: 't1', native: 0 }, PARTS, spans);
  assert.deepEqual(problemsOf(ROOT, FETCH, GET, span('9', undefined, 'GET /other', 't2')), []);
  assert.deepEqual(problemsOf(ROOT, FETCH, GET, ROOT, FETCH, GET), [], 'spans that the agent has sent again');
  const broken = {
    'no span': [],
    'no root': [FETCH, GET],
    'two roots': [ROOT, FETCH, GET, span('4', undefined, 'GET /flow')],
    'a call in another trace': [ROOT, FETCH, { ...GET, traceId: 't2' }],
    'a call that is missing': [ROOT, FETCH],
    'a parent that is missing': [ROOT, FETCH, { ...GET, parentId: '7' }],
    'a root that is no request': [{ ...ROOT, isServer: false }, FETCH, GET],
    'a call of another request': [ROOT, FETCH, GET, span('5', '2', '/held/get/handler/a-12')],
  };
  for (const [title, spans] of Object.entries(broken)) assert.notDeepEqual(problemsOf(...spans), [], title);
});

test('docs/register.md has the results of all ways', async () => {
  const page = readFileSync(new URL('../../../../docs/register.md', import.meta.url), 'utf8');
  const tables = formatRegisterTables(REGISTER_PROJECTS, await readResults());
  assert.equal(readRegisterTables(page), tables, 'Run npm run registered -- --write.');
});

test('a server of Node: 20 requests at once, with and without register', async () => {
  const [project] = REGISTER_PROJECTS;
  const app = project?.apps.find(({ title }) => title === 'node:http');
  assert.ok(project !== undefined && app !== undefined);
  const folder = await mkdtemp(join(tmpdir(), 'throughline-tarballs-'));
  try {
    const { node: _node, ...quick } = { ...project, dependencies: { esbuild: '' }, isQuick: true };
    await withProject(quick, await packTarballs(folder), async ({ node, ...created }) => {
      for (const format of FORMATS) {
        for (const order of ['register first', 'without register'] as const) {
          const way = { node: 'node20', agent: 'none', format, order } as const;
          const { requestCount, native } = await runRegisteredApp(app, way, { ...created, node });
          assert.equal(requestCount, 20);
          assert.equal(native, order === 'without register' ? undefined : 0);
        }
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Finding, isInformation, mergeFindings, sortFindings } from './finding.js';
import { formatReport } from './format-report.js';

const FINDING: Finding = {
  kind: 'lost callback',
  severity: 'another',
  storage: 'requests',
  message: '`requests` was read with the value of another flow',
  count: 2,
  places: [
    { file: join(process.cwd(), 'a.js'), line: 3, column: 11, code: '    pool.take((c) => {', note: 'made here' },
    {
      file: '/elsewhere/b.js',
      line: 10,
      column: 101,
      code: `${'x'.repeat(100)}y()${'z'.repeat(100)}`,
      note: 'called: 100%,',
    },
    { file: '/elsewhere/c.js', line: 1, column: 1, code: null, note: 'read' },
  ],
  remedy: { text: 'bind the function to its flow', code: '    pool.take(AsyncLocalStorage.bind((c) => {' },
};

test('a finding is shown with its lines, the position marked, and long lines cut around it', () => {
  assert.equal(
    formatReport({ findings: [FINDING], unchecked: [] }, 'text'),
    `throughline-doctor: 1 finding

another's value: \`requests\` was read with the value of another flow, 2 times
  a.js:3:11               pool.take((c) => {
                                ^ made here
  /elsewhere/b.js:10:101  …${'x'.repeat(20)}y()${'z'.repeat(57)}…
                           ${' '.repeat(20)}^ called: 100%,
  /elsewhere/c.js:1:1     
                          ^ read
  remedy                  pool.take(AsyncLocalStorage.bind((c) => {
                          bind the function to its flow
`,
  );
  assert.equal(formatReport({ findings: [], unchecked: [] }, 'text'), '');
});

test('files that were not checked are named after the findings', () => {
  const unchecked = [{ file: join(process.cwd(), 'a.js'), reason: 'its code is nested too deeply' }];
  const note = 'throughline-doctor: 1 file was not checked\n  a.js: its code is nested too deeply\n';
  assert.equal(formatReport({ findings: [], unchecked }, 'text'), note);
  const text = formatReport({ findings: [FINDING], unchecked }, 'text');
  assert.ok(text.endsWith(`bind the function to its flow\n\n${note}`), text);
  assert.equal(
    formatReport({ findings: [], unchecked }, 'github'),
    '::notice file=a.js,title=throughline-doctor::This file was not checked: its code is nested too deeply\n',
  );
});

test('a remedy shows all lines that change', () => {
  const otherLines = [
    { file: join(process.cwd(), 'a.js'), line: 9, code: '    }));' },
    {
      file: join(process.cwd(), 'a.js'),
      line: 1,
      code: "import { AsyncLocalStorage } from 'node:async_hooks';\nmain();",
    },
  ];
  const text = formatReport(
    { findings: [{ ...FINDING, count: 1, remedy: { ...FINDING.remedy, otherLines } }], unchecked: [] },
    'text',
  );
  assert.match(text, /another flow, once\n/);
  assert.match(text, /remedy +pool\.take\(AsyncLocalStorage\.bind\(\(c\) => \{\n +a\.js:9 +\}\)\);\n/);
  assert.match(text, /\n +a\.js:1 +import \{ AsyncLocalStorage \} from 'node:async_hooks';\n +bind the function/);
});

test('annotations escape what GitHub would read as a command', () => {
  const finding = { ...FINDING, places: FINDING.places.slice(1) };
  const line = formatReport({ findings: [finding], unchecked: [] }, 'github');
  assert.match(line, /^::error file=\/elsewhere\/b\.js,line=10,col=101,title=throughline-doctor::/);
  const once = formatReport({ findings: [{ ...FINDING, count: 1 }], unchecked: [] }, 'github');
  assert.match(once, /of another flow, once%0A/);
  assert.match(line, /2 times%0A\/elsewhere\/b\.js:10:101 called: 100%25,%0A/);
  assert.equal(line.split('\n').length, 2);
});

test('JSON has an object with the findings, also without any', () => {
  for (const report of [
    { findings: [FINDING], unchecked: [{ file: '/a.js', reason: 'because' }] },
    { findings: [], unchecked: [] },
  ]) {
    assert.deepEqual(JSON.parse(formatReport(report, 'json')), report);
  }
});

test('reads of another value come first and what was not read comes last, regardless of the counts', () => {
  const severities = ['unread', 'shared', 'empty', 'missing', 'another'] as const;
  const found = severities.map((severity, index) => ({ ...FINDING, severity, count: 100 - index }));
  const sorted = sortFindings([...found, { ...FINDING, severity: 'missing', count: 1000 }]);
  assert.deepEqual(
    sorted.map(({ severity, count }) => `${severity} ${count}`),
    ['another 96', 'missing 1000', 'missing 97', 'empty 98', 'shared 99', 'unread 100'],
  );
});

test('findings of several processes are added up, and the worst come first', () => {
  const missing: Finding = { ...FINDING, severity: 'missing', count: 100 };
  const merged = mergeFindings([missing, FINDING, { ...FINDING, count: 5 }]);
  assert.deepEqual(
    merged.map(({ severity, count }) => [severity, count]),
    [
      ['another', 7],
      ['missing', 100],
    ],
  );
  assert.deepEqual(merged.map(isInformation), [false, false]);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Finding } from './finding.js';
import { formatHtml } from './html-report.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-doctor-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, '<b>.js');
const CODE = ["const a = '<i>';", 'function f() {', '  pool.take((c) => {', '    c.end();', '  });', '}', ''];
writeFileSync(file, CODE.join('\n'));

const FINDING: Finding = {
  kind: 'lost callback',
  severity: 'another',
  storage: 'requests',
  message: '`req<u>ests` was read with the value of another flow',
  count: 2,
  places: [
    { file, line: 3, column: 13, code: CODE[2] ?? '', note: 'made "here"' },
    {
      file: '/elsewhere/min.js',
      line: 1,
      column: 1001,
      code: `${'x'.repeat(1000)}y${'z'.repeat(1000)}`,
      note: 'called',
    },
    { file: 'node:timers', line: 1, column: 1, code: null, note: 'read' },
  ],
  remedy: { text: 'bind <it>', code: '  pool.take(AsyncLocalStorage.bind((c) => {' },
};

test('a page shows the code around each place, with the spot marked', () => {
  const html = formatHtml({ findings: [FINDING], unchecked: [] });
  assert.match(html, /<span class="line"><span class="number">1<\/span>const a = &#39;&lt;i&gt;&#39;;\n<\/span>/);
  assert.match(
    html,
    /<span class="line spot"><span class="number">3<\/span> {2}pool\.take\(<mark>\(<\/mark>c\) =&gt; \{\n/,
  );
  assert.match(html, /<span class="number">5<\/span>/);
  assert.doesNotMatch(html, /<span class="number">6<\/span>/);
  assert.match(html, /…x{120}<mark>yz{39}<\/mark>z{120}…/);
  assert.ok(html.length < 30_000, 'long lines are cut');
});

test('nothing of the program is markup, and the page loads nothing', () => {
  const html = formatHtml({ findings: [FINDING, FINDING], unchecked: [{ file, reason: 'a < b' }] });
  assert.doesNotMatch(html, /<(?:b|i|u|it)>(?!Remedy)/);
  assert.match(html, /a &lt; b/);
  assert.doesNotMatch(html, /(?:src|href)="(?!#)/);
  assert.match(html, /default-src 'none'/);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('a page without findings says so', () => {
  assert.match(formatHtml({ findings: [], unchecked: [] }), /<h1>No findings<\/h1>/);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMPLETE_PACKAGES, type Cure, LIBRARIES } from './library-table.js';
import { formatRange } from './version-range.js';

const page = readFileSync(new URL('../../../../docs/transform.md', import.meta.url), 'utf8');

function describeCure(cure: Cure): string {
  switch (cure.kind) {
    case 'class':
      return `\`${cure.name}\` extends our \`AsyncLocalStorage\``;
    case 'call':
      return `calls \`${cure.object}.${cure.method}()\` of \`${cure.module}\``;
    case 'module':
      return `exports what \`${cure.module}\` exports`;
  }
}

test('docs/transform.md has the table of libraries', () => {
  const expected = LIBRARIES.map(({ name, versions, cure, concerns }) =>
    ['', `\`${name}\``, formatRange(versions), describeCure(cure), concerns, ''].join(' | ').trim(),
  );
  const start = page.indexOf('| Package | Versions |');
  const [rows = ''] = page.slice(start).split('\n\n');
  assert.deepEqual(rows.split('\n').slice(2), expected);
});

test('docs/transform.md names the packages that need no storage in a page', () => {
  const [, names = ''] = /need no storage in a page: ([^.]+)\./.exec(page.replaceAll('\n', ' ')) ?? [];
  assert.deepEqual(
    [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    Object.keys(COMPLETE_PACKAGES),
  );
});

test('a package has one row, and its range is not empty', () => {
  assert.equal(new Set(LIBRARIES.map(({ name }) => name)).size, LIBRARIES.length);
  for (const { name, versions, files } of LIBRARIES) {
    assert.ok(versions.since !== versions.before && files.length > 0, name);
    assert.ok(!Object.hasOwn(COMPLETE_PACKAGES, name), name);
  }
});

/** `docs/drivers.md` is what its generator writes: its text, and a section for each driver. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { drivers } from './clients/index.js';
import { formatDriversPage, nodeVersions, parseDriversPage, textWithoutSections } from './drivers-page.js';
import type { DriverResult } from './run-driver.js';

const page = await readFile(new URL('../../../docs/drivers.md', import.meta.url), 'utf8');

test('docs/drivers.md has the texts of its generator', () => {
  const generated = formatDriversPage(new Map());
  assert.match(generated, /## Not tested\n/);
  assert.equal(textWithoutSections(page), generated, 'Change the text in drivers-page.ts, and run npm run drivers.');
});

test('docs/drivers.md has a section for each driver, in their order', () => {
  const titles = drivers.map(({ title }) => title);
  assert.deepEqual([...parseDriversPage(page).keys()], titles, 'Run npm run drivers.');
});

test('the rows of a generated page are read as they were written', () => {
  const kept = { throughline: 'kept', node: 'kept' } as const;
  const fix = { ...kept, text: 'promise, or AsyncLocalStorage.bind(callback)' };
  const result: DriverResult = {
    title: 'A driver',
    versions: ['a 1.0.0'],
    checks: [
      { name: 'query', ...kept },
      { name: 'query, callback', throughline: 'lost', node: 'another', fix },
    ],
  };
  const missing: DriverResult = { title: 'A driver', versions: [], checks: 'it is not installed' };
  const columns = new Map(nodeVersions.map((key) => [key, [key === 'node26' ? missing : result]]));
  const generated = formatDriversPage(columns);
  assert.match(generated, /\na 1\.0\.0\.\nNode 26: not run, because it is not installed\.\n/);
  assert.equal(textWithoutSections(generated), formatDriversPage(new Map()));
  const cellsOf = (cell: string) => ({ node20: cell, node22: cell, node24: cell, node26: '–' });
  assert.deepEqual(Object.fromEntries(parseDriversPage(generated)), {
    'A driver': [
      { name: 'query', cells: cellsOf('kept'), fix: '' },
      {
        name: 'query, callback',
        cells: cellsOf('lost **another’s**'),
        fix: 'promise, or `AsyncLocalStorage.bind(callback)`',
      },
    ],
  });
});

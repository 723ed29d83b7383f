/**
 * `docs/conformance.md` is what its generator makes of `docs/conformance.json`. `npm run conformance` takes long and
 * needs every runtime and browser, so the page could otherwise keep a sentence that the generator no longer has.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findDifference } from '../differences.js';
import { formatConformancePage } from './conformance-page.js';
import { findFailures } from './problems.js';
import { formatResults, parseResults, readRecordedResults } from './results-file.js';

const docs = new URL('../../../docs/', import.meta.url);
const recorded = readRecordedResults();

test('docs/conformance.md is generated from docs/conformance.json', () => {
  assert.ok(recorded.matrix.size > 10, 'the results of all columns');
  assert.equal(
    readFileSync(new URL('conformance.md', docs), 'utf8'),
    formatConformancePage(recorded),
    'Run npm run figures.',
  );
});

test('docs/conformance.json has the format of its writer', () => {
  assert.equal(readFileSync(new URL('conformance.json', docs), 'utf8'), formatResults(recorded));
});

test('every recorded failure of Throughline and of a runtime’s own class has a reason', () => {
  const unexplained = findFailures(recorded.matrix).filter(
    ({ key, implementation, name }) => findDifference(key, implementation, name) === undefined,
  );
  assert.deepEqual(unexplained, []);
});

test('the file keeps each result, and the order of the cases that only a later column has run', () => {
  const run = (...results: (readonly [string, string, 'pass' | 'fail' | 'absent'])[]) =>
    results.map(([chapter, name, outcome]) => ({ chapter, name, outcome }));
  const column = (title: string, results: ReturnType<typeof run>) => ({
    title,
    section: 'servers' as const,
    version: '1',
    results: new Map([['throughline' as const, results]]),
  });
  const results = {
    matrix: new Map([
      ['a', column('A', run(['One', 'first', 'pass'], ['One', 'third', 'fail']))],
      ['b', column('B', run(['One', 'first', 'absent'], ['One', 'second', 'pass'], ['Two', 'first', 'fail']))],
    ]),
    peerVersions: { 'zone.js': '1', 'als-browser': '2', 'simple-async-context': '3' },
  };
  const text = formatResults(results);
  assert.deepEqual(parseResults(text), results);
  assert.deepEqual(JSON.parse(text).chapters, [
    { title: 'One', cases: ['first', 'second', 'third'] },
    { title: 'Two', cases: ['first'] },
  ]);
});

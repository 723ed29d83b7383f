import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ConformanceData,
  countResults,
  type Filter,
  INITIAL_FILTER,
  implementationsIn,
  readFilter,
  reasonsOf,
  shownCases,
  shownRuns,
  writeFilter,
} from './conformance-table.js';

const data: ConformanceData = {
  columns: [
    { key: 'node', title: 'Node', section: 'servers' },
    { key: 'bun', title: 'Bun', section: 'servers' },
    { key: 'chromium', title: 'Chromium', section: 'browsers' },
  ],
  implementations: { throughline: 'Throughline', native: 'own class' },
  cases: [
    { chapter: 'Rule 1', name: 'A reaction keeps the frame', source: '/1' },
    { chapter: 'Rule 1', name: 'A timer keeps the frame', source: '/2' },
    { chapter: 'Web', name: 'A click runs in the root', source: '/3' },
  ],
  runs: [
    { column: 'node', implementation: 'throughline', results: 'ppa', reasons: {} },
    { column: 'node', implementation: 'native', results: 'pfa', reasons: { 1: 0 } },
    { column: 'bun', implementation: 'throughline', results: 'pfa', reasons: { 1: 0 } },
    { column: 'chromium', implementation: 'transform', results: '-pp', reasons: {} },
  ],
  reasons: ['Its <code>then</code> is slow.'],
};

const filter = (chosen: Partial<Filter>): Filter => ({ ...INITIAL_FILTER, ...chosen });
const names = (chosen: Partial<Filter>) =>
  shownCases(data, shownRuns(data, filter(chosen)), filter(chosen)).map((index) => data.cases[index]?.name);

describe('the filters', () => {
  it('choose the runs of a section, of a runtime and of an implementation', () => {
    const runs = (chosen: Partial<Filter>) =>
      shownRuns(data, filter(chosen)).map((run) => `${run.column} ${run.implementation}`);
    deepEqual(runs({}), ['node throughline', 'bun throughline']);
    deepEqual(runs({ implementation: '' }), ['node throughline', 'node native', 'bun throughline']);
    deepEqual(runs({ runtime: 'node', implementation: 'native' }), ['node native']);
    deepEqual(implementationsIn(data, filter({ runtime: 'browsers' })), ['transform']);
  });

  it('choose cases by chapter, result and words; a case that no column has run is not shown', () => {
    deepEqual(names({}), ['A reaction keeps the frame', 'A timer keeps the frame']);
    deepEqual(names({ runtime: 'browsers', implementation: '' }), [
      'A timer keeps the frame',
      'A click runs in the root',
    ]);
    deepEqual(names({ result: 'f' }), ['A timer keeps the frame']);
    deepEqual(names({ result: 'a' }), ['A click runs in the root']);
    deepEqual(names({ text: ' FRAME  timer' }), ['A timer keeps the frame']);
    deepEqual(names({ runtime: 'browsers', implementation: '', chapter: 'Web' }), ['A click runs in the root']);
  });

  it('count the results that are shown', () => {
    const runs = shownRuns(data, filter({}));
    deepEqual(countResults(runs, shownCases(data, runs, filter({}))), { p: 3, f: 1, a: 0 });
  });

  it('give each failure its reason, with the runs that share it', () => {
    deepEqual(reasonsOf(data, shownRuns(data, filter({ implementation: '' })), 1), [
      { runs: 'Node, own class; Bun, Throughline', reason: 'Its <code>then</code> is slow.' },
    ]);
    deepEqual(reasonsOf(data, shownRuns(data, filter({ runtime: 'browsers', implementation: '' })), 0), []);
  });

  it('are kept in the address', () => {
    const chosen = filter({ runtime: 'node', result: 'f', text: 'a b' });
    deepEqual(readFilter(data, new URLSearchParams(writeFilter(chosen))), chosen);
    equal(writeFilter(filter({})), '');
    deepEqual(readFilter(data, new URLSearchParams('runtime=deno&chapter=no&result=constructor&other=1')), filter({}));
  });
});

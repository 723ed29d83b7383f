import { equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GROWTH_CHAPTERS } from '../growth/growth-chapters.js';
import { growthSuite } from '../growth/growth-suite.js';
import type { Cell, Results } from '../measure/results.js';
import { renderGrowth } from './growth-page.js';

const cellsOf = (subject: string, figures: readonly (readonly [count: number, figure: number])[]): Cell[] =>
  figures.map(([storageCount, figure]) => ({ subject, storageCount, figures: [figure, figure] }));

const results: Results = {
  environment: 'growth-node26',
  workloads: {
    storages: {
      version: '26.1.0',
      date: '2026-01-02',
      cpu: 'A CPU',
      cores: 2,
      rounds: 2,
      excluded: {},
      cells: [
        ...cellsOf('throughline', [
          [1, 60],
          [100, 62],
          [10_000, 58],
          [100_000, 61],
        ]),
        ...cellsOf('native', [
          [1, 250],
          [100, 5200],
          [10_000, 500_200],
        ]),
      ],
    },
  },
};

describe('renderGrowth()', () => {
  const page = renderGrowth(growthSuite, GROWTH_CHAPTERS, [results], 'bench');

  it('renders a chapter with a plot, the figures beside those of the peer, and both fits', () => {
    match(page, /^## Storages\n\n`run\(\)` of one storage.*\n\n<details open>\n<summary>Node 26\.1\.0<\/summary>\n/);
    match(page, /!\[.*\]\(bench\/growth-node26-storages\.svg\)/);
    match(page, /\n\| storages \| Throughline \| the runtime’s own class \|\n/);
    match(page, /\n\| 10,000 \| \*\*58 ns\*\*, × 1\/8624 \| 500 µs \|\n\| 100,000 \| \*\*61 ns\*\* \| {2}\|\n/);
    match(page, /\n\| fit \| flat: 60\.2 ns \| linear: 200 ns and 50\.0 ns per storage \|\n/);
    match(page, /\n- 100,000 storages, at most 1\.5 × the time with 1 storage: reached, 1\.02\n/);
  });

  it('leaves out chapters without figures', () => {
    equal(page.includes('## Flows'), false);
  });
});

import { equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cell, Results } from '../measure/results.js';
import { README_ROWS } from '../readme-rows.js';
import { serverSuite } from '../servers/server-suite.js';
import { type ReadmeFigure, renderReadmeFigures } from './readme-figures.js';

const row: ReadmeFigure = {
  suite: serverSuite,
  environment: 'node26',
  workload: 'run',
  variants: [
    { title: '1 storage', subject: 'throughline', storageCount: 1 },
    { title: '100 storages', subject: 'throughline', storageCount: 100 },
  ],
  peer: 'native',
  peerTitle: 'Node’s class',
};

const resultsWith = (cells: readonly Cell[]): Results => ({
  environment: 'node26',
  workloads: {
    run: { version: '26.1.0', date: '2026-01-02', cpu: 'A CPU', cores: 2, rounds: 3, cells, excluded: {} },
  },
});

const complete: readonly Cell[] = [
  { subject: 'throughline', storageCount: 1, figures: [50, 60, 40] },
  { subject: 'native', storageCount: 1, figures: [100, 100, 100] },
  { subject: 'throughline', storageCount: 100, figures: [50, 50, 50] },
  { subject: 'native', storageCount: 100, figures: [5000, 5000, 5000] },
];

describe('renderReadmeFigures()', () => {
  it('renders one line of each cell for each variant, with the ratio to the peer and its range', () => {
    const [, , line] = renderReadmeFigures([row], () => resultsWith(complete)).split('\n');
    equal(
      line,
      '| 1 storage<br>100 storages | Node 26.1.0 | **50 ns**<br>**50 ns** | Node’s class: 100 ns<br>Node’s class: 5 µs | × 0.50 (0.40 to 0.60)<br>× 1/100 |',
    );
  });

  it('throws if a figure has not been measured', () => {
    const withoutPeer = complete.filter(({ subject, storageCount }) => subject !== 'native' || storageCount !== 100);
    throws(
      () => renderReadmeFigures([row], () => resultsWith(withoutPeer)),
      /docs\/bench\/node26\.json must contain figures of throughline and native for run/,
    );
    throws(() => renderReadmeFigures([row], (environment) => ({ environment, workloads: {} })), /node26\.json/);
  });
});

describe('README_ROWS', () => {
  it('contains five figures of workloads and subjects that exist', () => {
    equal(README_ROWS.length, 5);
    for (const { suite, workload, variants, peer } of README_ROWS) {
      equal(workload in suite.workloads, true, workload);
      for (const subject of [peer, ...variants.map((variant) => variant.subject)]) {
        equal(subject in suite.subjects, true, subject);
      }
    }
  });
});

import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { browserSuite } from '../browsers/browser-suite.js';
import type { Cell, Measurement, Results } from '../measure/results.js';
import { serverSuite } from '../servers/server-suite.js';
import { transformSuite } from '../transform/transform-suite.js';
import { renderSuite } from './benchmarks-page.js';
import { formatDifference } from './figure-format.js';
import { formatWorkloadReport } from './terminal-report.js';
import { judgeTargets } from './verdicts.js';

function measurement(cells: readonly Cell[]): Measurement {
  const excluded = { 'cls-hooked': 'loses its value at an await or a timer' };
  return { version: '26.1.0', date: '2026-01-02', cpu: 'A CPU', cores: 2, rounds: 3, cells, excluded };
}

const serverResults: Results = {
  environment: 'node26',
  workloads: {
    run: measurement([
      { subject: 'throughline', storageCount: 1, figures: [100, 110, 90] },
      { subject: 'native', storageCount: 1, figures: [100, 100, 100] },
      { subject: 'none', storageCount: 1, figures: [10, 10, 10] },
      { subject: 'throughline', storageCount: 10, figures: [100, 100, 100] },
      { subject: 'native', storageCount: 10, figures: [300, 300, 300] },
      { subject: 'throughline', storageCount: 1000, figures: [200, 200, 200] },
    ]),
    http: measurement([
      { subject: 'none', storageCount: 0, figures: [20000, 20000, 20000] },
      { subject: 'throughline', storageCount: 1, figures: [19000, 19600, 19600] },
    ]),
  },
};

const browserResults: Results = {
  environment: 'webkit',
  workloads: {
    await: measurement([
      { subject: 'transform', storageCount: 1, figures: [120, 125, 130] },
      { subject: 'interception', storageCount: 1, figures: [500, 510, 520] },
      { subject: 'zone.js', storageCount: 1, figures: [2000, 2000, 2000] },
      { subject: 'none', storageCount: 1, figures: [100, 100, 100] },
      { subject: 'interception', storageCount: 0, figures: [160, 170, 180] },
      { subject: 'none', storageCount: 0, figures: [100, 100, 100] },
    ]),
    getStore: measurement([
      { subject: 'transform', storageCount: 1, figures: [3, 4, 5] },
      { subject: 'none', storageCount: 1, figures: [1, 1.5, 1] },
    ]),
    soak: measurement([
      { subject: 'transform', storageCount: 1, figures: [0] },
      { subject: 'interception', storageCount: 1, figures: [3] },
    ]),
  },
};

const transformResults: Results = {
  environment: 'transform-node20',
  workloads: {
    app: measurement([
      { subject: 'throughline', storageCount: 0, figures: [40e6, 41e6, 42e6] },
      { subject: 'babel', storageCount: 0, figures: [4e6, 4.1e6, 4.2e6] },
    ]),
    'app-size': measurement([
      { subject: 'throughline', storageCount: 0, figures: [1.2, 1.2, 1.2] },
      { subject: 'babel', storageCount: 0, figures: [1.3, 1.3, 1.3] },
    ]),
  },
};

const browserVerdicts = (results: Results, workload: string) =>
  judgeTargets(browserSuite, results, workload).map(({ target, measuredText, isReached }) => [
    target.text,
    measuredText,
    isReached,
  ]);

describe('judgeTargets()', () => {
  it('compares figures of the same round, and the median of the ratios with the bound', () => {
    const [one, ten, thousand] = judgeTargets(serverSuite, serverResults, 'run');
    deepEqual(one?.measured, { median: 1, min: 0.9, max: 1.1 });
    equal(one?.isReached, true);
    equal(ten?.isReached, false);
    equal(thousand?.measured.median, 2);
    equal(thousand?.isReached, true);
  });

  it('compares rates with a lower bound', () => {
    deepEqual(
      judgeTargets(serverSuite, serverResults, 'http').map(({ isReached, measured }) => [isReached, measured.median]),
      [[true, 0.98]],
    );
  });

  it('judges only the targets of the environment', () => {
    deepEqual(
      judgeTargets(serverSuite, { ...serverResults, environment: 'bun' }, 'run').map(
        ({ target }) => target.storageCount,
      ),
      [1000],
    );
    deepEqual(
      browserVerdicts({ ...browserResults, environment: 'portable-node26' }, 'await').map(([text]) => text),
      ['transform: at most 1.3 × no tracking'],
    );
  });

  it('compares each subject with the reference of the target', () => {
    deepEqual(browserVerdicts(browserResults, 'await'), [
      ['transform: at most 1.3 × no tracking', '1.25 (1.20 to 1.30)', true],
      ['interception: at least 3 × as fast as zone.js', '0.26 (0.25 to 0.26)', true],
      ['interception: at most 1.1 × no tracking', '1.70 (1.60 to 1.80)', false],
    ]);
  });

  it('formats negative times in the unit of positive ones', () => {
    deepEqual(
      formatDifference('ns', { median: 3_000_000, min: -8_500_000, max: 9_250 }),
      '3 ms above (-8.5 ms to 9.3 µs)',
    );
  });

  it('judges differences', () => {
    deepEqual(browserVerdicts(browserResults, 'getStore'), [
      ['transform: at most 3 ns above a variable', '2.5 ns above (2 ns to 4 ns)', true],
    ]);
  });

  it('judges a figure without a reference', () => {
    deepEqual(browserVerdicts(browserResults, 'soak'), [
      ['transform: 0', '0', true],
      ['interception: 0', '3', false],
    ]);
  });
});

describe('formatWorkloadReport()', () => {
  it('prints medians, ranges, ratios and targets', () => {
    const report = formatWorkloadReport(serverSuite, serverResults, 'run');
    match(report, /^Node 26\.1\.0: run, median of 3 rounds\n/);
    match(report, /\n +1 {2}throughline +100 ns +90 ns to 110 ns +1\.00\n/);
    match(
      report,
      /\n {2}reached +`run`, 1 storage: at most 1\.05 × the runtime’s class; measured: 1\.00 \(0\.90 to 1\.10\)\n/,
    );
    match(
      report,
      /\n {2}NOT reached +`run`, 10 storages: at least 4 × as fast as the runtime’s class; measured: 0\.33/,
    );
    match(report, /\n {2}cls-hooked: no figures \(loses its value at an await or a timer\)\n/);
  });

  it('names the reference of the ratios in their heading', () => {
    match(formatWorkloadReport(serverSuite, serverResults, 'http'), / × none at 0\n/);
    match(formatWorkloadReport(browserSuite, browserResults, 'await'), / × none\n/);
  });
});

describe('renderSuite()', () => {
  const markdown = renderSuite(serverSuite, [serverResults], 'bench');

  it('renders a table with peers, targets and plots', () => {
    match(
      markdown,
      /\| `run`, 1 storage \| \*\*100 ns\*\*, × 1\.00 \(0\.90 to 1\.10\) \| 100 ns \| loses its value .* timer \| 10 ns, × 0\.10 \| at most 1\.05 × the runtime’s class: reached \|/,
    );
    match(markdown, /\| requests, 1 storage \| \*\*19 600\/s\*\*, × 0\.98/);
    match(markdown, /at least 4 × as fast as the runtime’s class: \*\*not reached\*\*/);
    match(markdown, /!\[run\]\(bench\/node26-run\.svg\)/);
  });

  it('expands the first environment of the first suite, and renders headings for the other suites', () => {
    match(markdown, /^<details open>\n<summary>Node 26\.1\.0<\/summary>/);
    const browserMarkdown = renderSuite(browserSuite, [browserResults], 'bench');
    match(browserMarkdown, /^## In browsers\n\n.*Throughline .*\n\n!\[.*\]\(bench\/browsers-await\.svg\)\n/);
    match(browserMarkdown, /\n<details>\n<summary>WebKit 26\.1\.0<\/summary>/);
  });

  it('renders a column for each of the two builds with Throughline', () => {
    const browserMarkdown = renderSuite(browserSuite, [browserResults], 'bench');
    match(
      browserMarkdown,
      /\| `await`, settled promise, a value set \| \*\*125 ns\*\*, × 1\.25 \(1\.20 to 1\.30\) \| \*\*510 ns\*\*, × 5\.10 \(5\.00 to 5\.20\) \| 2 µs, × 20 \| 100 ns \| transform: .*: reached; interception: .*: reached, 0\.26 \(0\.25 to 0\.26\) \|/,
    );
    match(
      browserMarkdown,
      /\| flows that read a wrong value.* \| \*\*0\*\* \| \*\*3\*\* \| {2}\| {2}\| transform: 0: reached; interception: 0: \*\*not reached\*\* \|/,
    );
  });

  it('renders output sizes as multiples of the input size', () => {
    const transformMarkdown = renderSuite(transformSuite, [transformResults], 'bench');
    match(transformMarkdown, /\| a bundled app, input per second \| \*\*41 MB\/s\*\*, × 10 \|/);
    match(
      transformMarkdown,
      /\| \*\*1\.200 ×\*\* \| {2}\| 1\.300 × \| at most 1\.1 × the input size: \*\*not reached\*\* \|/,
    );
  });
});

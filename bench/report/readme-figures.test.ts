import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { browsers } from '../browsers/browser-suite.js';
import type { Cell, Measurement, Results } from '../measure/results.js';
import { servers } from '../servers/server-suite.js';
import { transform } from '../transform/transform-suite.js';
import { figuresInMarkdown, withFigures } from './readme-figures.js';
import { reportWorkload } from './terminal-report.js';
import { verdicts } from './verdicts.js';

function measurement(cells: readonly Cell[]): Measurement {
  const absent = { 'cls-hooked': 'its values do not follow an await here' };
  return { version: '26.1.0', date: '2026-01-02', cpu: 'A CPU', cores: 2, processes: 3, cells, absent };
}

const onServer: Results = {
  runtime: 'node26',
  workloads: {
    run: measurement([
      { subject: 'throughline', k: 1, figures: [100, 110, 90] },
      { subject: 'native', k: 1, figures: [100, 100, 100] },
      { subject: 'none', k: 1, figures: [10, 10, 10] },
      { subject: 'throughline', k: 10, figures: [100, 100, 100] },
      { subject: 'native', k: 10, figures: [300, 300, 300] },
      { subject: 'throughline', k: 1000, figures: [200, 200, 200] },
    ]),
    http: measurement([
      { subject: 'none', k: 0, figures: [20000, 20000, 20000] },
      { subject: 'throughline', k: 1, figures: [19000, 19600, 19600] },
    ]),
  },
};

const inBrowser: Results = {
  runtime: 'webkit',
  workloads: {
    await: measurement([
      { subject: 'transform', k: 1, figures: [120, 125, 130] },
      { subject: 'interception', k: 1, figures: [500, 510, 520] },
      { subject: 'zone.js', k: 1, figures: [2000, 2000, 2000] },
      { subject: 'none', k: 1, figures: [100, 100, 100] },
      { subject: 'interception', k: 0, figures: [160, 170, 180] },
      { subject: 'none', k: 0, figures: [100, 100, 100] },
    ]),
    getStore: measurement([
      { subject: 'transform', k: 1, figures: [3, 4, 5] },
      { subject: 'none', k: 1, figures: [1, 1.5, 1] },
    ]),
    soak: measurement([
      { subject: 'transform', k: 1, figures: [0] },
      { subject: 'interception', k: 1, figures: [3] },
    ]),
  },
};

const ofTransform: Results = {
  runtime: 'transform-node20',
  workloads: {
    app: measurement([
      { subject: 'throughline', k: 0, figures: [40e6, 41e6, 42e6] },
      { subject: 'babel', k: 0, figures: [4e6, 4.1e6, 4.2e6] },
    ]),
    'app-size': measurement([
      { subject: 'throughline', k: 0, figures: [1.2, 1.2, 1.2] },
      { subject: 'babel', k: 0, figures: [1.3, 1.3, 1.3] },
    ]),
  },
};

const said = (results: Results, workload: string) =>
  verdicts(browsers, results, workload).map(({ target, shown, reached }) => [target.text, shown, reached]);

describe('verdicts', () => {
  it('compare with the figure of the same round, and say whether the median is within the target', () => {
    const [one, ten, thousand] = verdicts(servers, onServer, 'run');
    deepEqual(one?.found, { median: 1, min: 0.9, max: 1.1 });
    equal(one?.reached, true);
    equal(ten?.reached, false);
    equal(thousand?.found.median, 2);
    equal(thousand?.reached, true);
  });

  it('take requests as the more the better', () => {
    deepEqual(
      verdicts(servers, onServer, 'http').map(({ reached, found }) => [reached, found.median]),
      [[true, 0.98]],
    );
  });

  it('are given only for what is a target of this place', () => {
    deepEqual(
      verdicts(servers, { ...onServer, runtime: 'bun' }, 'run').map(({ target }) => target.k),
      [1000],
    );
    deepEqual(
      said({ ...inBrowser, runtime: 'portable-node26' }, 'await').map(([text]) => text),
      ['transform: at most 1.3 × no tracking'],
    );
  });

  it('are about a subject, against another one', () => {
    deepEqual(said(inBrowser, 'await'), [
      ['transform: at most 1.3 × no tracking', '1.25 (1.20 to 1.30)', true],
      ['interception: at least 3 × faster than zone.js', '0.26 (0.25 to 0.26)', true],
      ['interception: at most 1.5 × no tracking', '1.70 (1.60 to 1.80)', false],
    ]);
  });

  it('may be about a difference', () => {
    deepEqual(said(inBrowser, 'getStore'), [
      ['transform: at most 3 ns above a variable', '2.5 ns above (2 ns to 4 ns)', true],
    ]);
  });

  it('may be about the figure itself', () => {
    deepEqual(said(inBrowser, 'soak'), [
      ['transform: none', '0', true],
      ['interception: none', '3', false],
    ]);
  });
});

describe('the report', () => {
  it('has median, spread, ratio and targets', () => {
    const report = reportWorkload(servers, onServer, 'run');
    match(report, /^Node 26\.1\.0: run, median of 3\n/);
    match(report, /\n +1 {2}throughline +100 ns +90 ns to 110 ns +1\.00\n/);
    match(report, /\n {2}reached +`run`, 1 storage: at most 1\.05 × its time; is 1\.00 \(0\.90 to 1\.10\)\n/);
    match(report, /\n {2}NOT reached +`run`, 10 storages: at least 4 × faster; is 0\.33/);
    match(report, /\n {2}cls-hooked: no figures, its values do not follow an await here\n/);
  });

  it('says what the ratio is to', () => {
    match(reportWorkload(servers, onServer, 'http'), / × none at 0\n/);
    match(reportWorkload(browsers, inBrowser, 'await'), / × none\n/);
  });
});

describe('the figures in the README', () => {
  const markdown = figuresInMarkdown(servers, [onServer], 'docs/bench');

  it('stand in a table with the peers, the targets and the plot', () => {
    match(
      markdown,
      /\| `run`, 1 storage \| \*\*100 ns\*\*, × 1\.00 \(0\.90 to 1\.10\) \| 100 ns \| its values .* here \| 10 ns, × 0\.10 \| at most 1\.05 × its time: reached \|/,
    );
    match(markdown, /\| requests, 1 storage \| \*\*19 600\/s\*\*, × 0\.98/);
    match(markdown, /at least 4 × faster: \*\*not reached\*\*/);
    match(markdown, /!\[run\]\(docs\/bench\/node26-run\.svg\)/);
  });

  it('stand open where they come first, and under a heading where not', () => {
    match(markdown, /^<details open>\n<summary>Node 26\.1\.0<\/summary>/);
    const others = figuresInMarkdown(browsers, [inBrowser], 'docs/bench');
    match(others, /^### In browsers\n\nThroughline .*\n\n!\[.*\]\(docs\/bench\/browsers-await\.svg\)\n/);
    match(others, /\n<details>\n<summary>WebKit 26\.1\.0<\/summary>/);
  });

  it('have a column for each way of Throughline', () => {
    const others = figuresInMarkdown(browsers, [inBrowser], 'docs/bench');
    match(
      others,
      /\| `await`, settled promise, a value set \| \*\*125 ns\*\*, × 1\.25 \(1\.20 to 1\.30\) \| \*\*510 ns\*\*, × 5\.10 \(5\.00 to 5\.20\) \| 2 µs, × 20 \| 100 ns \| transform: .*: reached; interception: .*: reached, 0\.26 \(0\.25 to 0\.26\) \|/,
    );
    match(
      others,
      /\| flows that read a wrong value.* \| \*\*0\*\* \| \*\*3\*\* \| {2}\| {2}\| transform: none: reached; interception: none: \*\*not reached\*\* \|/,
    );
  });

  it('have the sizes of what is transformed', () => {
    const others = figuresInMarkdown(transform, [ofTransform], 'docs/bench');
    match(others, /\| a bundled app, code a second \| \*\*41 MB\/s\*\*, × 10 \(10 to 10\) \|/);
    match(others, /\| \*\*1\.200 ×\*\* \| {2}\| 1\.300 × \| at most 1\.1 × the input’s: \*\*not reached\*\* \|/);
  });

  it('take the place of the figures before, and of nothing else', () => {
    const readme = 'before\n<!-- bench:start -->\nold\n<!-- bench:end -->\nafter\n';
    const once = withFigures(readme, markdown);
    match(once, /^before\n<!-- bench:start -->\n\n<details open>/);
    match(once, /<!-- bench:end -->\nafter\n$/);
    equal(once.includes('old'), false);
    equal(withFigures(once, markdown), once);
  });

  it('need their place', () => {
    throws(() => withFigures('no markers', markdown), /README\.md has no <!-- bench:start -->/);
    throws(() => withFigures('<!-- bench:end --><!-- bench:start -->', markdown), /README\.md has no/);
  });
});

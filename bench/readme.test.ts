import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { figuresInMarkdown, withFigures } from './readme.js';
import { reportWorkload } from './report.js';
import type { Cell, Measurement, Results } from './results.js';
import { verdicts } from './targets.js';

function measurement(cells: readonly Cell[]): Measurement {
  const absent = { 'cls-hooked': 'its values do not follow an await here' };
  return { version: '26.1.0', date: '2026-01-02', cpu: 'A CPU', cores: 2, processes: 3, cells, absent };
}

const results: Results = {
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

describe('verdicts', () => {
  it('compare with the figure of the same round, and say whether the median is within the target', () => {
    const [one, ten, thousand] = verdicts(results, 'run');
    deepEqual(one?.ratio, { median: 1, min: 0.9, max: 1.1 });
    equal(one?.reached, true);
    equal(ten?.reached, false);
    equal(thousand?.ratio.median, 2);
    equal(thousand?.reached, true);
  });

  it('take requests as the more the better', () => {
    deepEqual(
      verdicts(results, 'http').map(({ reached, ratio }) => [reached, ratio.median]),
      [[true, 0.98]],
    );
  });

  it('are given only for what is a target of this runtime', () => {
    deepEqual(
      verdicts({ ...results, runtime: 'bun' }, 'run').map(({ target }) => target.k),
      [1000],
    );
  });
});

describe('the report', () => {
  it('has median, spread, ratio and targets', () => {
    const report = reportWorkload(results, 'run');
    match(report, /^Node 26\.1\.0: run, median of 3\n/);
    match(report, /\n +1 {2}throughline +100 ns +90 ns to 110 ns +1\.00\n/);
    match(report, /\n {2}reached +1 storage: at most 1\.05 × its time; is 1\.00 \(0\.90 to 1\.10\)\n/);
    match(report, /\n {2}NOT reached +10 storages: at least 4 × faster; is 0\.33/);
    match(report, /\n {2}cls-hooked: no figures, its values do not follow an await here\n/);
  });
});

describe('the figures in the README', () => {
  const markdown = figuresInMarkdown([results], 'docs/bench');

  it('stand in a table with the peers, the targets and the plot', () => {
    match(
      markdown,
      /\| `run`, 1 storage \| \*\*100 ns\*\*, × 1\.00 \(0\.90 to 1\.10\) \| 100 ns \| its values .* here \| 10 ns, × 0\.10 \| at most 1\.05 × its time: reached \|/,
    );
    match(markdown, /\| requests, 1 storage \| \*\*19 600\/s\*\*, × 0\.98/);
    match(markdown, /at least 4 × faster: \*\*not reached\*\*/);
    match(markdown, /!\[run\]\(docs\/bench\/node26-run\.svg\)/);
  });

  it('begin with the newest Node', () => {
    const all = figuresInMarkdown([{ ...results, runtime: 'bun' }, { ...results, runtime: 'node20' }, results], 'x');
    deepEqual(
      [...all.matchAll(/\(x\/(\w+)-run\.svg\)/g)].map((match) => match[1]),
      ['node26', 'node20', 'bun'],
    );
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

/** The part of the README that is written from the figures. */

import { findCell, type Measurement, type Results } from '../measure/results.js';
import { median } from '../measure/statistics.js';
import { type Reference, type Suite, subjectsOf, type Target } from '../suite/suite.js';
import { inUnit, ratio, ratioWithSpread } from './figure-format.js';
import { barPlotsOf, linePlotsOf } from './plot-files.js';
import { ratioOf, verdicts } from './verdicts.js';

const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/** @throws where the README has no place for the figures */
export function withFigures(readme: string, figures: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start === -1 || end < start) throw new Error(`README.md has no ${START} with ${END} after it`);
  return `${readme.slice(0, start + START.length)}\n\n${figures}\n${readme.slice(end)}`;
}

/** Markdown for all places of a suite, in their order; the first one is open where the suite comes first. */
export function figuresInMarkdown(suite: Suite, all: readonly Results[], plotFolder: string): string {
  const { intro } = suite;
  const heading = intro === undefined ? [] : [`### ${intro.heading}`, '', intro.text, ''];
  const plots = barPlotsOf(suite, all).flatMap(({ title, file }) => [`![${title}](${plotFolder}/${file})`, '']);
  const places = all.map((results, index) => forPlace(suite, results, plotFolder, intro === undefined && index === 0));
  return [...heading, ...plots, ...places].join('\n');
}

function forPlace(suite: Suite, results: Results, plotFolder: string, isOpen: boolean): string {
  const subjects = Object.keys(suite.subjects);
  const rows = suite.inReadme.flatMap((workload) =>
    (suite.workloads[workload]?.ks ?? []).flatMap((k) => inMarkdown(suite, results, workload, k)),
  );
  const measured = Object.values(results.workloads);
  const version = measured[0]?.version ?? '';
  return [
    `<details${isOpen ? ' open' : ''}>`,
    `<summary>${suite.placeTitle(results.runtime, version)}</summary>`,
    '',
    `| | ${subjects.map((subject) => suite.subjects[subject]?.title).join(' | ')} | target |`,
    `|---|${subjects.map(() => '---:').join('|')}|---|`,
    ...rows,
    '',
    ...linePlotsOf(suite, results).flatMap(({ workload, file }) => [
      `![${suite.workloads[workload]?.title}](${plotFolder}/${file})`,
      '',
    ]),
    conditions(suite, measured),
    '',
    '</details>',
    '',
  ].join('\n');
}

function inMarkdown(suite: Suite, results: Results, workload: string, k: number): string[] {
  const measurement = results.workloads[workload];
  if (measurement === undefined) return [];
  const usual = suite.reference(workload, k);
  const figures = Object.keys(suite.subjects).map((subject) =>
    figure(suite, results, measurement, workload, { subject, k }, usual),
  );
  const said = verdicts(suite, results, workload)
    .filter(({ target }) => target.k === k)
    .map(
      ({ target, shown, reached }) =>
        `${target.text}: ${reached ? 'reached' : '**not reached**'}${isSeen(target, usual) ? '' : `, ${shown}`}`,
    );
  return [`| ${suite.rowTitle(workload, k)} | ${figures.join(' | ')} | ${said.join('; ')} |`];
}

function figure(
  suite: Suite,
  results: Results,
  measurement: Measurement,
  workload: string,
  own: Reference,
  usual: Reference | undefined,
): string {
  if (!subjectsOf(suite, workload).includes(own.subject)) return '';
  const cell = findCell(measurement, own.subject, own.k);
  if (cell === undefined) return measurement.absent[own.subject] ?? '';
  const shown = inUnit(suite.workloads[workload]?.unit ?? 'count', median(cell.figures));
  const isOurs = suite.subjects[own.subject]?.isOurs ?? false;
  const relative = usual && own.subject !== usual.subject ? ratioOf(results, workload, own, usual) : undefined;
  if (relative === undefined) return isOurs ? `**${shown}**` : shown;
  return isOurs ? `**${shown}**, × ${ratioWithSpread(relative)}` : `${shown}, × ${ratio(relative.median)}`;
}

/** Whether what was found stands in the row already. */
function isSeen({ against, bound }: Target, usual: Reference | undefined): boolean {
  if (against === undefined) return true;
  return !('atMostAbove' in bound) && against.subject === usual?.subject && against.k === usual.k;
}

function conditions(suite: Suite, measured: readonly Measurement[]): string {
  const [first] = measured;
  if (first === undefined) return '';
  const dates = [...new Set(measured.map(({ date }) => date))].sort();
  return `Medians of ${first.processes} ${suite.samples} on ${first.cores} cores of ${first.cpu}, ${dates.join(' and ')}. ${suite.ratios}`;
}

/** Generates the part of docs/benchmarks.md that contains the figures. */
import { findCell, type Measurement, type Results } from '../measure/results.js';
import { median } from '../measure/statistics.js';
import { type Reference, type Suite, subjectsOf, type Target } from '../suite/suite.js';
import { formatFigure, formatRatio, formatRatioWithSpread } from './figure-format.js';
import { barPlotsOf, linePlotsOf, type PlotFile } from './plot-files.js';
import { judgeTargets, ratioToReference } from './verdicts.js';

/**
 * Renders all environments of a suite as Markdown. Only the first environment of the suite without an intro is
 * expanded.
 * @param all the results in the order of the page
 * @param plotFolder the folder of the plots, relative to the page
 */
export function renderSuite(suite: Suite, all: readonly Results[], plotFolder: string): string {
  const { intro } = suite;
  const heading = intro === undefined ? [] : [`## ${intro.heading}`, '', intro.text, ''];
  const plots = barPlotsOf(suite, all).flatMap((plot) => [renderImage(plot, plotFolder), '']);
  const environments = all.map((results, index) =>
    renderEnvironment(suite, results, plotFolder, intro === undefined && index === 0),
  );
  return [...heading, ...plots, ...environments].join('\n');
}

function renderImage({ altText, file }: PlotFile, plotFolder: string): string {
  return `![${altText}](${plotFolder}/${file})`;
}

function renderEnvironment(suite: Suite, results: Results, plotFolder: string, isOpen: boolean): string {
  const subjects = Object.keys(suite.subjects);
  const rows = suite.pageWorkloads.flatMap((workload) =>
    (suite.workloads[workload]?.storageCounts ?? []).flatMap((storageCount) =>
      renderRow(suite, results, workload, storageCount),
    ),
  );
  const measurements = Object.values(results.workloads);
  const version = measurements[0]?.version ?? '';
  return [
    `<details${isOpen ? ' open' : ''}>`,
    `<summary>${suite.environmentTitle(results.environment, version)}</summary>`,
    '',
    `| | ${subjects.map((subject) => suite.subjects[subject]?.title).join(' | ')} | target |`,
    `|---|${subjects.map(() => '---:').join('|')}|---|`,
    ...rows,
    '',
    ...linePlotsOf(suite, results).flatMap((plot) => [renderImage(plot, plotFolder), '']),
    renderConditions(suite, measurements),
    '',
    '</details>',
    '',
  ].join('\n');
}

function renderRow(suite: Suite, results: Results, workload: string, storageCount: number): string[] {
  const measurement = results.workloads[workload];
  if (measurement === undefined) return [];
  const reference = suite.referenceOf(workload, storageCount);
  const cells = Object.keys(suite.subjects).map((subject) =>
    renderCell(suite, results, measurement, workload, { subject, storageCount }, reference),
  );
  const verdicts = judgeTargets(suite, results, workload)
    .filter(({ target }) => target.storageCount === storageCount)
    .map(({ target, measuredText, isReached }) => {
      const measured = isInRow(target, reference) ? '' : `, ${measuredText}`;
      return `${target.text}: ${isReached ? 'reached' : '**not reached**'}${measured}`;
    });
  return [`| ${suite.rowTitle(workload, storageCount)} | ${cells.join(' | ')} | ${verdicts.join('; ')} |`];
}

function renderCell(
  suite: Suite,
  results: Results,
  measurement: Measurement,
  workload: string,
  key: Reference,
  reference: Reference | undefined,
): string {
  if (!subjectsOf(suite, workload).includes(key.subject)) return '';
  const cell = findCell(measurement, key.subject, key.storageCount);
  if (cell === undefined) return measurement.excluded[key.subject] ?? '';
  const figure = formatFigure(suite.workloads[workload]?.unit ?? 'count', median(cell.figures));
  const isOurs = suite.subjects[key.subject]?.isOurs ?? false;
  const hasRatio = reference !== undefined && key.subject !== reference.subject;
  const ratio = hasRatio ? ratioToReference(results, workload, key, reference) : undefined;
  if (ratio === undefined) return isOurs ? `**${figure}**` : figure;
  return isOurs ? `**${figure}**, × ${formatRatioWithSpread(ratio)}` : `${figure}, × ${formatRatio(ratio.median)}`;
}

/** Whether the row's cells already show what was measured for the target. */
function isInRow(target: Target, reference: Reference | undefined): boolean {
  if (target.reference === undefined) return true;
  if ('atMostAbove' in target.bound) return false;
  return target.reference.subject === reference?.subject && target.reference.storageCount === reference.storageCount;
}

function renderConditions(suite: Suite, measurements: readonly Measurement[]): string {
  const [first] = measurements;
  if (first === undefined) return '';
  const dates = [...new Set(measurements.map(({ date }) => date))].sort();
  const rounds = measurements.map((measurement) => measurement.rounds);
  const [fewest, most] = [Math.min(...rounds), Math.max(...rounds)];
  return `Medians of ${fewest === most ? most : `${fewest} to ${most}`} ${suite.sampleNote} on ${first.cores} cores of ${first.cpu}, ${dates.join(' and ')}. ${suite.ratioNote}`;
}

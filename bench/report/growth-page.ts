/** Generates the part of docs/growth.md that contains the figures: for each workload, its curves with their fits. */
import { findCell, type Measurement, type Results } from '../measure/results.js';
import { median } from '../measure/statistics.js';
import { type Suite, subjectsOf, type WorkloadEntry } from '../suite/suite.js';
import { formatFigure, formatLargeCount, formatRatio, formatRatioWithSpread } from './figure-format.js';
import { fitCurve, formatFit } from './fit.js';
import { linePlotsOf } from './plot-files.js';
import { judgeTargets, ratioToReference } from './verdicts.js';

export interface GrowthChapter {
  readonly heading: string;
  /** What is counted, in the singular. */
  readonly one: string;
  readonly text: string;
}

/**
 * Renders a chapter for each workload that has figures. Only the first environment of a chapter is expanded.
 * @param all the results in the order of the page
 * @param plotFolder the folder of the plots, relative to the page
 */
export function renderGrowth(
  suite: Suite,
  chapters: Readonly<Record<string, GrowthChapter>>,
  all: readonly Results[],
  plotFolder: string,
): string {
  return suite.pageWorkloads
    .flatMap((workload) => {
      const [chapter, entry] = [chapters[workload], suite.workloads[workload]];
      const measured = all.filter(({ workloads }) => workloads[workload] !== undefined);
      if (chapter === undefined || entry === undefined || measured.length === 0) return [];
      const environments = measured.flatMap((results, index) => [
        `<details${index === 0 ? ' open' : ''}>`,
        `<summary>${suite.environmentTitle(results.environment, results.workloads[workload]?.version ?? '')}</summary>`,
        '',
        ...renderEnvironment(suite, results, workload, chapter, plotFolder),
        '',
        '</details>',
        '',
      ]);
      return [`## ${chapter.heading}`, '', chapter.text, '', ...environments];
    })
    .join('\n');
}

function renderEnvironment(
  suite: Suite,
  results: Results,
  workload: string,
  { one }: GrowthChapter,
  plotFolder: string,
): string[] {
  const measurement = results.workloads[workload];
  const entry = suite.workloads[workload];
  if (measurement === undefined || entry === undefined) return [];
  const subjects = subjectsOf(suite, workload);
  const plot = linePlotsOf(suite, results).find(({ file }) => file === `${results.environment}-${workload}.svg`);
  const counts = entry.storageCounts.filter((count) =>
    subjects.some((subject) => findCell(measurement, subject, count)),
  );
  const rows = counts.map((storageCount) => {
    const cells = subjects.map((subject) =>
      renderCell(suite, results, measurement, workload, entry, subject, storageCount),
    );
    return `| ${formatLargeCount(storageCount)} | ${cells.join(' | ')} |`;
  });
  const fits = subjects.map((subject) => renderFit(measurement, entry, subject, one));
  const verdicts = judgeTargets(suite, results, workload).map(
    ({ target, measuredText, isReached }) =>
      `- ${formatLargeCount(target.storageCount)} ${entry.counted ?? 'storages'}, ${target.text}: ${isReached ? 'reached' : '**not reached**'}, ${measuredText}`,
  );
  return [
    ...(plot === undefined ? [] : [`![${plot.altText}](${plotFolder}/${plot.file})`, '']),
    `| ${entry.counted ?? 'storages'} | ${subjects.map((subject) => suite.subjects[subject]?.title).join(' | ')} |`,
    `|---:|${subjects.map(() => '---:').join('|')}|`,
    ...rows,
    `| fit | ${fits.join(' | ')} |`,
    '',
    ...(verdicts.length === 0 ? [] : [...verdicts, '']),
    `Medians of ${measurement.rounds} ${suite.sampleNote} on ${measurement.cores} cores of ${measurement.cpu}, ${measurement.date}. ${suite.ratioNote}`,
  ];
}

function renderCell(
  suite: Suite,
  results: Results,
  measurement: Measurement,
  workload: string,
  { unit }: WorkloadEntry,
  subject: string,
  storageCount: number,
): string {
  const cell = findCell(measurement, subject, storageCount);
  if (cell === undefined) return measurement.excluded[subject] ?? '';
  const figure = formatFigure(unit, median(cell.figures));
  const isOurs = suite.subjects[subject]?.isOurs ?? false;
  const reference = suite.referenceOf(workload, storageCount);
  const ratio =
    reference === undefined || reference.subject === subject
      ? undefined
      : ratioToReference(results, workload, { subject, storageCount }, reference);
  if (ratio === undefined) return isOurs ? `**${figure}**` : figure;
  return isOurs ? `**${figure}**, × ${formatRatioWithSpread(ratio)}` : `${figure}, × ${formatRatio(ratio.median)}`;
}

function renderFit(measurement: Measurement, { unit }: WorkloadEntry, subject: string, one: string): string {
  const points = measurement.cells
    .filter((cell) => cell.subject === subject)
    .map(({ storageCount, figures }) => ({ x: storageCount, y: median(figures) }));
  return points.length < 3 ? '' : formatFit(unit, one, fitCurve(points));
}

/** The tables that `npm run bench` prints, one per environment and workload. */
import type { Results } from '../measure/results.js';
import { summarize } from '../measure/statistics.js';
import type { Suite } from '../suite/suite.js';
import { formatFigure, formatRatio } from './figure-format.js';
import { judgeTargets, ratioToReference } from './verdicts.js';

export function formatWorkloadReport(suite: Suite, results: Results, workload: string): string {
  const measurement = results.workloads[workload];
  const entry = suite.workloads[workload];
  if (measurement === undefined || entry === undefined) return '';
  const rows = measurement.cells.map(({ subject, storageCount, figures }, index) => {
    const { median, min, max } = summarize(figures);
    const reference = suite.referenceOf(workload, storageCount);
    const ratio = reference && ratioToReference(results, workload, { subject, storageCount }, reference);
    return [
      measurement.cells[index - 1]?.storageCount === storageCount ? '' : String(storageCount),
      subject,
      formatFigure(entry.unit, median),
      `${formatFigure(entry.unit, min)} to ${formatFigure(entry.unit, max)}`,
      ratio === undefined ? '' : formatRatio(ratio.median),
    ];
  });
  const title = suite.environmentTitle(results.environment, measurement.version);
  const ratioHeading = headingOfRatios(suite, workload, entry.storageCounts);
  return [
    `${title}: ${entry.title}, median of ${measurement.rounds} ${measurement.rounds === 1 ? 'round' : 'rounds'}`,
    ...alignColumns([['storages', 'subject', 'median', 'range', ratioHeading], ...rows]),
    ...Object.entries(measurement.excluded).map(([subject, reason]) => `  ${subject}: no figures (${reason})`),
    ...judgeTargets(suite, results, workload).map(
      ({ target, measuredText, isReached }) =>
        `  ${isReached ? 'reached    ' : 'NOT reached'}  ${suite.rowTitle(workload, target.storageCount)}: ${target.text}; measured: ${measuredText}`,
    ),
    '',
  ].join('\n');
}

/** Names the reference, and its number of storages if that is the same for all rows. */
function headingOfRatios(suite: Suite, workload: string, storageCounts: readonly number[]): string {
  const last = storageCounts.at(-1) ?? 0;
  const reference = suite.referenceOf(workload, last);
  if (reference === undefined) return '';
  return `× ${reference.subject}${reference.storageCount === last ? '' : ` at ${reference.storageCount}`}`;
}

/** Aligns columns to the right, except those with names: by default the second one. */
export function alignColumns(rows: readonly (readonly string[])[], nameColumns: readonly number[] = [1]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((text, column) => {
      const width = widths[column] ?? 0;
      return nameColumns.includes(column) ? text.padEnd(width) : text.padStart(width);
    });
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

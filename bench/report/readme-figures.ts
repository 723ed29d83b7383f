/** Generates the table of the README: five figures, each next to that of a peer in the same run. */
import { findCell, type Results } from '../measure/results.js';
import { median } from '../measure/statistics.js';
import type { Suite } from '../suite/suite.js';
import { formatFigure, formatRatioWithSpread } from './figure-format.js';
import { ratioToReference } from './verdicts.js';

/** One row. It has one line for each variant, in this order, and each is compared with the peer. */
export interface ReadmeFigure {
  readonly suite: Suite;
  readonly environment: string;
  readonly workload: string;
  readonly variants: readonly {
    readonly title: string;
    readonly subject: string;
    readonly storageCount: number;
  }[];
  /** The subject that each variant is compared with, at the same number of storages. */
  readonly peer: string;
  /** What the table calls the peer. */
  readonly peerTitle: string;
}

/**
 * Renders the table.
 * @param readResults returns the results of a suite in an environment
 * @throws {Error} if a figure of the table has not been measured
 */
export function renderReadmeFigures(
  rows: readonly ReadmeFigure[],
  readResults: (environment: string) => Results,
): string {
  return [
    '| | measured in | Throughline | peer | ratio (lowest to highest) |',
    '|---|---|---:|---:|---:|',
    ...rows.map((row) => renderRow(row, readResults(row.environment))),
  ].join('\n');
}

/** What a row states of one of its variants. */
export interface ReadmeLine {
  readonly title: string;
  readonly ours: string;
  readonly theirs: string;
  readonly ratio: string;
}

/** @throws {Error} if a figure of the row has not been measured */
export function readmeLinesOf(row: ReadmeFigure, results: Results): ReadmeLine[] {
  const { suite, workload, variants, peer, peerTitle } = row;
  const measurement = results.workloads[workload];
  const unit = suite.workloads[workload]?.unit ?? 'count';
  return variants.map((variant) => {
    const { title, subject, storageCount } = variant;
    const ours = measurement && findCell(measurement, subject, storageCount);
    const theirs = measurement && findCell(measurement, peer, storageCount);
    const ratio = ratioToReference(results, workload, variant, { subject: peer, storageCount });
    if (ours === undefined || theirs === undefined || ratio === undefined) {
      throw new Error(
        `docs/bench/${results.environment}.json must contain figures of ${subject} and ${peer} for ${workload}, ` +
          'which the README quotes. Measure them with npm run bench.',
      );
    }
    return {
      title,
      ours: formatFigure(unit, median(ours.figures)),
      theirs: `${peerTitle}: ${formatFigure(unit, median(theirs.figures))}`,
      ratio: `× ${formatRatioWithSpread(ratio)}`,
    };
  });
}

/** Where a row was measured, with the version. */
export function measuredIn({ suite, workload }: ReadmeFigure, results: Results): string {
  return suite.environmentTitle(results.environment, results.workloads[workload]?.version ?? '');
}

function renderRow(row: ReadmeFigure, results: Results): string {
  const lines = readmeLinesOf(row, results).map((line) => ({ ...line, ours: `**${line.ours}**` }));
  const cell = (key: keyof ReadmeLine) => lines.map((line) => line[key]).join('<br>');
  return `| ${cell('title')} | ${measuredIn(row, results)} | ${cell('ours')} | ${cell('theirs')} | ${cell('ratio')} |`;
}

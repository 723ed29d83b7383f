/** The tables that bench prints, one for each place and workload. */

import type { Results } from '../measure/results.js';
import { summarize } from '../measure/statistics.js';
import type { Suite } from '../suite/suite.js';
import { inUnit, ratio } from './figure-format.js';
import { ratioOf, verdicts } from './verdicts.js';

export function reportWorkload(suite: Suite, results: Results, workload: string): string {
  const measurement = results.workloads[workload];
  const entry = suite.workloads[workload];
  if (measurement === undefined || entry === undefined) return '';
  const rows = measurement.cells.map(({ subject, k, figures }, index) => {
    const { median, min, max } = summarize(figures);
    const against = suite.reference(workload, k);
    const relative = against && ratioOf(results, workload, { subject, k }, against);
    return [
      measurement.cells[index - 1]?.k === k ? '' : String(k),
      subject,
      inUnit(entry.unit, median),
      `${inUnit(entry.unit, min)} to ${inUnit(entry.unit, max)}`,
      relative === undefined ? '' : ratio(relative.median),
    ];
  });
  const title = suite.placeTitle(results.runtime, measurement.version);
  return [
    `${title}: ${entry.title}, median of ${measurement.processes}`,
    ...aligned([['storages', 'subject', 'median', 'spread', referenceTitle(suite, workload, entry.ks)], ...rows]),
    ...Object.entries(measurement.absent).map(([subject, reason]) => `  ${subject}: no figures, ${reason}`),
    ...verdicts(suite, results, workload).map(
      ({ target, shown, reached }) =>
        `  ${reached ? 'reached    ' : 'NOT reached'}  ${suite.rowTitle(workload, target.k)}: ${target.text}; is ${shown}`,
    ),
    '',
  ].join('\n');
}

function referenceTitle(suite: Suite, workload: string, ks: readonly number[]): string {
  const last = ks.at(-1) ?? 0;
  const reference = suite.reference(workload, last);
  if (reference === undefined) return '';
  return `× ${reference.subject}${reference.k === last ? '' : ` at ${reference.k}`}`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row.map((text, column) => (column === 1 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
  );
}

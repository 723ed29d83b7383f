/** The tables that bench prints, one for each runtime and workload. */
import { ns, perSecond, ratio, ratioWithSpread, storages } from './notation.js';
import type { Results } from './results.js';
import { runtimeTitle } from './runtimes.js';
import { summarize } from './statistics.js';
import { ratioOf, usualReference, verdicts } from './targets.js';
import { WORKLOADS, type WorkloadName } from './workloads/index.js';

export function reportWorkload(results: Results, workload: WorkloadName): string {
  const measurement = results.workloads[workload];
  if (measurement === undefined) return '';
  const { title, unit } = WORKLOADS[workload];
  const show = unit === 'ns' ? ns : perSecond;
  const rows = measurement.cells.map(({ subject, k, figures }, index) => {
    const { median, min, max } = summarize(figures);
    const relative = ratioOf(results, workload, subject, k, usualReference(workload, k));
    return [
      measurement.cells[index - 1]?.k === k ? '' : String(k),
      subject,
      show(median),
      `${show(min)} to ${show(max)}`,
      relative === undefined ? '' : ratio(relative.median),
    ];
  });
  const against = workload === 'http' ? '× none at 0' : '× native';
  const heading = `${runtimeTitle(results.runtime, measurement.version)}: ${title}, median of ${measurement.processes}`;
  return [
    heading,
    ...aligned([['storages', 'subject', 'median', 'spread', against], ...rows]),
    ...Object.entries(measurement.absent).map(([subject, reason]) => `  ${subject}: no figures, ${reason}`),
    ...verdicts(results, workload).map(
      ({ target, ratio, reached }) =>
        `  ${reached ? 'reached    ' : 'NOT reached'}  ${storages(target.k)}: ${target.text}; is ${ratioWithSpread(ratio)}`,
    ),
    '',
  ].join('\n');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row.map((text, column) => (column === 1 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
  );
}

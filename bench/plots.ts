/** Which plots are drawn from the figures of a runtime. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPlot, type Line } from './plot.js';
import type { Results } from './results.js';
import { runtimeTitle } from './runtimes.js';
import { summarize } from './statistics.js';
import { SUBJECTS, type SubjectName } from './subjects/subject.js';
import type { WorkloadName } from './workloads/index.js';

const PLOTTED: readonly { workload: WorkloadName; yLabel: string }[] = [
  { workload: 'run', yLabel: 'time of a run()' },
  { workload: 'await', yLabel: 'time of an await' },
];

const LINES: Record<SubjectName, { name: string; color: string }> = {
  throughline: { name: 'Throughline', color: '#159a8c' },
  native: { name: 'runtime’s own', color: '#e0566f' },
  'cls-hooked': { name: 'cls-hooked', color: '#b9851a' },
  none: { name: 'no tracking', color: '#8b949e' },
};

/** Draws the plots that there are figures for, and gives the names of the files. */
export function writePlots(folder: string, results: Results): string[] {
  mkdirSync(folder, { recursive: true });
  const written: string[] = [];
  for (const { workload, yLabel } of PLOTTED) {
    const lines = linesOf(results, workload);
    const measurement = results.workloads[workload];
    if (measurement === undefined || lines.length === 0) continue;
    const title = `${runtimeTitle(results.runtime, measurement.version)}: ${yLabel} by storages with a value`;
    const file = plotFile(results.runtime, workload);
    writeFileSync(join(folder, file), drawPlot({ title, xLabel: 'storages with a value', yLabel, lines }));
    written.push(file);
  }
  return written;
}

export function plotFile(runtime: string, workload: WorkloadName): string {
  return `${runtime}-${workload}.svg`;
}

/** Throughline's broad line comes first, so that one that runs the same way is seen on it. A logarithmic axis has no 0. */
export function linesOf(results: Results, workload: WorkloadName): Line[] {
  const cells = results.workloads[workload]?.cells ?? [];
  return SUBJECTS.flatMap((subject) => {
    const points = cells
      .filter((cell) => cell.subject === subject && cell.k > 0)
      .map(({ k, figures }) => ({ x: k, y: summarize(figures) }));
    return points.length === 0 ? [] : [{ ...LINES[subject], isMain: subject === 'throughline', points }];
  });
}

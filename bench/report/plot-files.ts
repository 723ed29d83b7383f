/** Which plots are drawn from the figures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCell, type Results } from '../measure/results.js';
import { summarize } from '../measure/statistics.js';
import { type BarPlot, type Suite, subjectsOf } from '../suite/suite.js';
import { type BarGroup, drawBars } from './bar-plot.js';
import { inUnit } from './figure-format.js';
import { drawPlot, type Line } from './line-plot.js';

/** The plots over the number of storages that there are figures of this place for. */
export function linePlotsOf(suite: Suite, results: Results): { workload: string; yLabel: string; file: string }[] {
  return suite.linePlots
    .filter(({ workload }) => linesOf(suite, results, workload).length > 0)
    .map(({ workload, yLabel }) => ({ workload, yLabel, file: `${results.runtime}-${workload}.svg` }));
}

export function writeLinePlots(suite: Suite, folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  for (const { workload, yLabel, file } of linePlotsOf(suite, results)) {
    const version = results.workloads[workload]?.version ?? '';
    const title = `${suite.placeTitle(results.runtime, version)}: ${yLabel} by storages with a value`;
    const lines = linesOf(suite, results, workload);
    writeFileSync(join(folder, file), drawPlot({ title, xLabel: 'storages with a value', yLabel, lines }));
  }
}

/** Throughline's broad line comes first, so that one that runs the same way is seen on it. A logarithmic axis has no 0. */
export function linesOf(suite: Suite, results: Results, workload: string): Line[] {
  const cells = results.workloads[workload]?.cells ?? [];
  return Object.entries(suite.subjects).flatMap(([subject, { label, color, isOurs }]) => {
    const points = cells
      .filter((cell) => cell.subject === subject && cell.k > 0)
      .map(({ k, figures }) => ({ x: k, y: summarize(figures) }));
    return points.length === 0 ? [] : [{ name: label, color, isMain: isOurs, points }];
  });
}

/** The plots over all places that there are figures for. */
export function barPlotsOf(suite: Suite, all: readonly Results[]): readonly BarPlot[] {
  return suite.barPlots.filter((plot) => groupsOf(suite, plot, all).length > 0);
}

export function writeBarPlots(suite: Suite, folder: string, all: readonly Results[]): void {
  mkdirSync(folder, { recursive: true });
  for (const plot of barPlotsOf(suite, all)) {
    writeFileSync(join(folder, plot.file), drawBars(plot.title, groupsOf(suite, plot, all)));
  }
}

/** A group for each place, or for each of several workloads in a place. */
function groupsOf(suite: Suite, { workloads, k }: BarPlot, all: readonly Results[]): BarGroup[] {
  return all.flatMap((results) =>
    workloads.flatMap((workload) => {
      const measurement = results.workloads[workload];
      const entry = suite.workloads[workload];
      if (measurement === undefined || entry === undefined) return [];
      const bars = subjectsOf(suite, workload).flatMap((subject) => {
        const figures = findCell(measurement, subject, k)?.figures;
        const look = suite.subjects[subject];
        if (figures === undefined || look === undefined) return [];
        const length = summarize(figures);
        const shown = inUnit(entry.unit, length.median);
        return [{ name: look.label, color: look.color, isMain: look.isOurs, length, shown }];
      });
      const place = suite.placeTitle(results.runtime, measurement.version);
      return bars.length === 0 ? [] : [{ title: workloads.length === 1 ? place : entry.title, bars }];
    }),
  );
}

/** Draws the plots of a suite from its results, and writes them as SVG files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCell, type Results } from '../measure/results.js';
import { summarize } from '../measure/statistics.js';
import { type BarPlotSpec, type Suite, subjectsOf } from '../suite/suite.js';
import { type BarGroup, drawBarPlot } from './bar-plot.js';
import { formatFigure } from './figure-format.js';
import { drawLinePlot, type Line } from './line-plot.js';

export interface PlotFile {
  readonly file: string;
  /** Text that replaces the image if it is not shown. */
  readonly altText: string;
  draw(): string;
}

/** The plots of one environment over the number of what its workloads count, if there are figures for them. */
export function linePlotsOf(suite: Suite, results: Results): PlotFile[] {
  return suite.linePlots
    .filter(({ workload }) => linesOf(suite, results, workload).length > 0)
    .map(({ workload, yLabel }) => {
      const version = results.workloads[workload]?.version ?? '';
      const title = `${suite.environmentTitle(results.environment, version)}: ${yLabel}`;
      const lines = linesOf(suite, results, workload);
      const { counted = 'storages with a value', unit = 'ns' } = suite.workloads[workload] ?? {};
      return {
        file: `${results.environment}-${workload}.svg`,
        altText: suite.workloads[workload]?.title ?? workload,
        draw: () => drawLinePlot({ title, xLabel: counted, unit, lines }),
      };
    });
}

/** The plots over all environments, if there are figures for them. */
export function barPlotsOf(suite: Suite, all: readonly Results[]): PlotFile[] {
  return suite.barPlots
    .map((plot) => ({ plot, groups: barGroupsOf(suite, plot, all) }))
    .filter(({ groups }) => groups.length > 0)
    .map(({ plot: { file, title }, groups }) => ({ file, altText: title, draw: () => drawBarPlot(title, groups) }));
}

export function writePlots(folder: string, plots: readonly PlotFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { file, draw } of plots) writeFileSync(join(folder, file), draw());
}

/**
 * The lines of a plot. Throughline's bold line comes first, so that a thinner line that coincides with it stays visible
 * on top. Figures without a storage are left out, because a logarithmic axis has no zero.
 */
function linesOf(suite: Suite, results: Results, workload: string): Line[] {
  const cells = results.workloads[workload]?.cells ?? [];
  return Object.entries(suite.subjects).flatMap(([subject, { label, color, isOurs }]) => {
    const points = cells
      .filter((cell) => cell.subject === subject && cell.storageCount > 0)
      .map(({ storageCount, figures }) => ({ x: storageCount, y: summarize(figures) }));
    return points.length === 0 ? [] : [{ name: label, color, isMain: isOurs, points }];
  });
}

/** A group for each environment, or for each workload of an environment if the plot has several workloads. */
function barGroupsOf(suite: Suite, plot: BarPlotSpec, all: readonly Results[]): BarGroup[] {
  return all.flatMap((results) =>
    plot.workloads.flatMap((workload) => {
      const measurement = results.workloads[workload];
      const entry = suite.workloads[workload];
      if (measurement === undefined || entry === undefined) return [];
      const bars = subjectsOf(suite, workload).flatMap((subject) => {
        const figures = findCell(measurement, subject, plot.storageCount)?.figures;
        const subjectEntry = suite.subjects[subject];
        if (figures === undefined || subjectEntry === undefined) return [];
        const { label, color, isOurs } = subjectEntry;
        const length = summarize(figures);
        return [{ name: label, color, isMain: isOurs, length, figureText: formatFigure(entry.unit, length.median) }];
      });
      const environment = suite.environmentTitle(results.environment, measurement.version);
      return bars.length === 0 ? [] : [{ title: plot.workloads.length === 1 ? environment : entry.title, bars }];
    }),
  );
}

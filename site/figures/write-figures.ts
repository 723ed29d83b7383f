/** Writes the data of the plots from `docs/bench`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Results, readAllResults } from '@throughline/bench/results';
import { summarize } from '@throughline/bench/statistics';
import { SUITES } from '@throughline/bench/suites';
import { ratioToReference } from '@throughline/bench/verdicts';
import type { FiguresData, FiguresPoint, FiguresSuite, FiguresWorkload } from './figures-data.js';

type Suite = (typeof SUITES)[keyof typeof SUITES];

/** The suite that opens the page of benchmarks has no heading of its own there. */
const FIRST_TITLE = 'On servers';

/**
 * @param root the folder of the repository
 * @param pages the folder that VitePress builds
 */
export function writeFigures(root: string, pages: string): void {
  const folder = join(pages, 'public/data');
  mkdirSync(folder, { recursive: true });
  for (const page of ['benchmarks', 'growth'] as const) {
    writeFileSync(join(folder, `${page}.json`), JSON.stringify(figuresOf(root, page)));
  }
}

/** Returns the figures of a page of `docs`. */
export function figuresOf(root: string, page: 'benchmarks' | 'growth'): FiguresData {
  const suites = Object.values(SUITES).filter((suite) => (suite.page === 'growth.md') === (page === 'growth'));
  return {
    suites: suites.flatMap((suite): FiguresSuite[] => {
      const environments = readAllResults(join(root, 'docs/bench'), suite).map((results) => ({
        name: results.environment,
        title: suite.environmentTitle(results.environment, Object.values(results.workloads)[0]?.version ?? ''),
        workloads: suite.pageWorkloads.flatMap((workload) => workloadOf(suite, results, workload)),
      }));
      const withFigures = environments.filter(({ workloads }) => workloads.length > 0);
      return withFigures.length === 0
        ? []
        : [{ title: suite.intro?.heading ?? FIRST_TITLE, environments: withFigures }];
    }),
  };
}

/** Returns a workload of an environment, or an empty list if it was not measured there. */
function workloadOf(suite: Suite, results: Results, name: string): FiguresWorkload[] {
  const entry = suite.workloads[name];
  const measurement = results.workloads[name];
  if (entry === undefined || measurement === undefined) return [];
  const series = Object.entries(suite.subjects).flatMap(([subject, { title, color }]) => {
    const cells = measurement.cells.filter((cell) => cell.subject === subject && cell.figures.length > 0);
    const points = cells.map(({ storageCount: count, figures }): FiguresPoint => {
      const reference = suite.referenceOf(name, count);
      const isReference = reference?.subject === subject && reference.storageCount === count;
      const ratio =
        reference === undefined || isReference
          ? undefined
          : ratioToReference(results, name, { subject, storageCount: count }, reference);
      return { count, figure: summarize(figures), ...(ratio && { ratio }) };
    });
    return points.length === 0 ? [] : [{ subject, title, color, points }];
  });
  if (series.length === 0) return [];
  const { version, rounds, cores, cpu, date } = measurement;
  return [
    {
      name,
      title: entry.title,
      unit: entry.unit,
      counted: entry.counted ?? 'storages',
      conditions: `Medians of ${rounds} ${suite.sampleNote} on ${cores} cores of ${cpu}, ${date}, version ${version}.`,
      series,
    },
  ];
}

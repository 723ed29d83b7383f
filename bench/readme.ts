/** The part of the README that is written from the figures. */
import { ns, perSecond, ratio, ratioWithSpread, storages } from './notation.js';
import { plotFile } from './plots.js';
import { findCell, type Measurement, type Results } from './results.js';
import { runtimeTitle } from './runtimes.js';
import { median } from './statistics.js';
import { SUBJECTS, type SubjectName } from './subjects/subject.js';
import { type Reference, ratioOf, type Target, usualReference, verdicts } from './targets.js';
import { WORKLOADS, type WorkloadName } from './workloads/index.js';

const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

interface Row {
  readonly workload: WorkloadName;
  readonly k: number;
}

/** The workloads that have targets. */
const ROWS: readonly Row[] = (['run', 'getStore', 'await', 'http'] as const).flatMap((workload) =>
  WORKLOADS[workload].ks.map((k): Row => ({ workload, k })),
);

const COLUMNS: Record<SubjectName, string> = {
  throughline: 'Throughline',
  native: 'the runtime’s own class',
  'cls-hooked': 'cls-hooked',
  none: 'no tracking',
};

/** @throws where the README has no place for the figures */
export function withFigures(readme: string, figures: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start === -1 || end < start) throw new Error(`README.md has no ${START} with ${END} after it`);
  return `${readme.slice(0, start + START.length)}\n\n${figures}\n${readme.slice(end)}`;
}

/** Markdown for all runtimes, the newest Node first and open. */
export function figuresInMarkdown(all: readonly Results[], plotFolder: string): string {
  return [...all]
    .sort((a, b) => rank(a.runtime) - rank(b.runtime))
    .map((results, index) => forRuntime(results, plotFolder, index === 0))
    .join('\n');
}

function rank(runtime: string): number {
  return runtime.startsWith('node') ? -Number(runtime.slice(4)) : 0;
}

function forRuntime(results: Results, plotFolder: string, isOpen: boolean): string {
  const rows = ROWS.flatMap((row) => inMarkdown(results, row));
  const measured = Object.values(results.workloads);
  const version = measured[0]?.version ?? '';
  const plots = (['run', 'await'] as const)
    .filter((workload) => results.workloads[workload] !== undefined)
    .map((workload) => `![${WORKLOADS[workload].title}](${plotFolder}/${plotFile(results.runtime, workload)})`);
  return [
    `<details${isOpen ? ' open' : ''}>`,
    `<summary>${runtimeTitle(results.runtime, version)}</summary>`,
    '',
    `| | ${SUBJECTS.map((subject) => COLUMNS[subject]).join(' | ')} | target |`,
    `|---|${SUBJECTS.map(() => '---:').join('|')}|---|`,
    ...rows,
    '',
    ...plots.flatMap((plot) => [plot, '']),
    conditions(measured),
    '',
    '</details>',
    '',
  ].join('\n');
}

function inMarkdown(results: Results, { workload, k }: Row): string[] {
  const measurement = results.workloads[workload];
  if (measurement === undefined) return [];
  const usual = usualReference(workload, k);
  const figures = SUBJECTS.map((subject) => figure(results, measurement, workload, subject, k, usual));
  const targets = verdicts(results, workload).filter(({ target }) => target.k === k);
  const said = targets.map(
    ({ target, ratio: found, reached }) =>
      `${target.text}: ${reached ? 'reached' : '**not reached**'}${isUsual(target, usual) ? '' : `, ${ratioWithSpread(found)}`}`,
  );
  const name = workload === 'http' ? 'requests' : `\`${workload}\``;
  return [`| ${name}, ${storages(k)} | ${figures.join(' | ')} | ${said.join('; ')} |`];
}

function figure(
  results: Results,
  measurement: Measurement,
  workload: WorkloadName,
  subject: SubjectName,
  k: number,
  reference: Reference,
): string {
  const cell = findCell(measurement, subject, k);
  if (cell === undefined) return measurement.absent[subject] ?? '';
  const shown = WORKLOADS[workload].unit === 'ns' ? ns(median(cell.figures)) : perSecond(median(cell.figures));
  const relative = ratioOf(results, workload, subject, k, reference);
  if (relative === undefined || subject === reference.subject) return shown;
  return subject === 'throughline'
    ? `**${shown}**, × ${ratioWithSpread(relative)}`
    : `${shown}, × ${ratio(relative.median)}`;
}

function isUsual({ against }: Target, usual: Reference): boolean {
  return against.subject === usual.subject && against.k === usual.k;
}

function conditions(measured: readonly Measurement[]): string {
  const [first] = measured;
  if (first === undefined) return '';
  const dates = [...new Set(measured.map(({ date }) => date))].sort();
  return `Medians of ${first.processes} processes each on ${first.cores} cores of ${first.cpu}, ${dates.join(' and ')}. Behind the × is the ratio to the runtime’s own class, for requests to the server without storages; in brackets its smallest and largest.`;
}

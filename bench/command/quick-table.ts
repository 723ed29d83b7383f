/**
 * `npm run bench -- --quick`: measures the table of the README on this machine, and prints it. It measures only the cells
 * of the table, each in five processes, so that it takes a few minutes.
 */
import { findUnusableSubjects, type MeasurementPlan, measureWorkload } from '../measure/measure-workload.js';
import type { Results } from '../measure/results.js';
import { README_ROWS } from '../readme-rows.js';
import { measuredIn, type ReadmeFigure, readmeLinesOf } from '../report/readme-figures.js';
import { alignColumns } from '../report/terminal-report.js';
import { MissingEnvironment } from '../suite/environment.js';
import type { Suite } from '../suite/suite.js';
import { loadEnvironments } from '../suites.js';
import { formatExpectedDuration, startProgress } from './progress.js';

const ROUNDS = 5;

interface QuickRow {
  readonly row: ReadmeFigure;
  readonly plan: MeasurementPlan;
}

export async function measureReadmeTable(): Promise<void> {
  const rows: QuickRow[] = [];
  for (const row of README_ROWS) rows.push({ row, plan: await makePlan(row) });
  const plans = rows.map(({ plan }) => plan);
  console.error(
    `Measures the table of the README on this machine, in about ${formatExpectedDuration(plans)}. Each figure is the ` +
      `median of ${ROUNDS} processes, which take turns with those of the peer.`,
  );
  const start = performance.now();
  const progress = startProgress(plans);
  const table: string[][] = [['', 'measured in', 'Throughline', 'peer', 'ratio (lowest to highest)']];
  for (const { row, plan } of rows) {
    try {
      const sampler = await plan.environment.open();
      try {
        const unusable = await findUnusableSubjects(plan.suite, plan.environment, sampler);
        const measured = await measureWorkload(plan, sampler, unusable, progress.listenerFor(plan));
        const results: Results = { environment: plan.environment.name, workloads: measured };
        for (const { title, ours, theirs, ratio } of readmeLinesOf(row, results)) {
          table.push([title, measuredIn(row, results), ours, theirs, ratio]);
        }
      } finally {
        await sampler.close();
      }
    } catch (error) {
      if (!(error instanceof MissingEnvironment)) throw error;
      progress.skip([plan]);
      progress.clear();
      console.error(`Skipped ${row.variants.map(({ title }) => title).join(', ')}: ${error.message}`);
      process.exitCode = 1;
    }
  }
  progress.clear();
  for (const line of alignColumns(table, [0, 1, 3, 4])) console.log(line);
  console.log(`\nMeasured in ${Math.round((performance.now() - start) / 1000)} s. npm run bench measures everything.`);
}

/** Plans the measurement of one row. Rows of a Node are measured on the one that runs this program. */
async function makePlan(row: ReadmeFigure): Promise<MeasurementPlan> {
  const environments = await loadEnvironments(row.suite.name, [], false);
  const environment = environments.find(({ name }) => name === row.environment) ?? environments[0];
  if (environment === undefined) throw new Error(`The suite ${row.suite.name} has no environment.`);
  const { suite, workload } = { suite: restrict(row), workload: row.workload };
  const rounds = suite.workloads[workload]?.rounds ?? ROUNDS;
  return { suite, environment, workload, rounds, budget: suite.budget };
}

/** The suite of a row, without what the row does not show. */
function restrict({ suite, workload, variants, peer }: ReadmeFigure): Suite {
  const entry = suite.workloads[workload];
  if (entry === undefined) throw new Error(`The suite ${suite.name} has no workload "${workload}".`);
  const names = [...new Set([...variants.map(({ subject }) => subject), peer])];
  const subjects = Object.fromEntries(Object.entries(suite.subjects).filter(([name]) => names.includes(name)));
  const storageCounts = [...new Set(variants.map(({ storageCount }) => storageCount))];
  return { ...suite, subjects, workloads: { [workload]: { ...entry, subjects: names, storageCounts } } };
}

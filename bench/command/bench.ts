/** `npm run bench`: measures suites, prints the results, and writes them with their plots to docs/bench. */
import { fileURLToPath } from 'node:url';
import { findUnusableSubjects, type MeasurementPlan, measureWorkload } from '../measure/measure-workload.js';
import { type Results, readAllResults, readResults, writeResults } from '../measure/results.js';
import { barPlotsOf, linePlotsOf, writePlots } from '../report/plot-files.js';
import { formatWorkloadReport } from '../report/terminal-report.js';
import { judgeTargets } from '../report/verdicts.js';
import { MissingEnvironment } from '../suite/environment.js';
import { type Suite, separatelySampledWorkloads } from '../suite/suite.js';
import { loadEnvironments, SUITES } from '../suites.js';
import { type BenchOptions, HELP_TEXT, parseOptions } from './options.js';
import { type ProgressLine, startProgress } from './progress.js';
import { measureReadmeTable } from './quick-table.js';

const RESULTS_FOLDER = fileURLToPath(new URL('../../../docs/bench', import.meta.url));

try {
  const options = parseOptions(process.argv.slice(2), RESULTS_FOLDER);
  if (options.isHelpWanted) console.log(HELP_TEXT);
  else if (options.isQuick) await measureReadmeTable();
  else await runBenchmarks(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function runBenchmarks(options: BenchOptions): Promise<void> {
  const plans = await makePlans(options);
  if (plans.length === 0) {
    throw new Error('None of the selected workloads runs in a selected environment. --help lists their names.');
  }
  const progress = startProgress(plans.flat());
  const targetsReached: boolean[] = [];
  for (const [first, ...rest] of plans) {
    if (first === undefined) continue;
    try {
      targetsReached.push(...(await measureEnvironment([first, ...rest], options, progress)));
    } catch (error) {
      if (!(error instanceof MissingEnvironment)) throw error;
      progress.skip([first, ...rest]);
      progress.clear();
      console.error(`Skipped ${first.environment.name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
  const reached = targetsReached.filter(Boolean).length;
  console.log(`${reached} of ${targetsReached.length} targets reached.`);
}

/** Makes, for each selected environment, a plan for each selected workload that runs in it. */
async function makePlans(options: BenchOptions): Promise<MeasurementPlan[][]> {
  const plans: MeasurementPlan[][] = [];
  for (const name of options.suites) {
    const suite = SUITES[name];
    for (const environment of await loadEnvironments(name, options.runtimes, options.includesInstalled)) {
      const isSelected = options.environments?.some((prefix) => environment.name.startsWith(prefix)) !== false;
      const workloads = separatelySampledWorkloads(suite).filter(
        (workload) => options.workloads.includes(workload) && environment.workloads?.includes(workload) !== false,
      );
      if (!isSelected || workloads.length === 0) continue;
      plans.push(
        workloads.map((workload) => {
          const rounds = suite.workloads[workload]?.rounds ?? options.rounds ?? suite.rounds;
          return { suite, environment, workload, rounds, budget: options.isShort ? 'short' : suite.budget };
        }),
      );
    }
  }
  return plans;
}

/**
 * Measures all workloads of one environment.
 * @param plans plans that differ only in their workload
 * @returns for each target, whether it was reached
 */
async function measureEnvironment(
  plans: readonly [MeasurementPlan, ...MeasurementPlan[]],
  { outputFolder }: BenchOptions,
  progress: ProgressLine,
): Promise<boolean[]> {
  const [{ suite, environment }] = plans;
  const targetsReached: boolean[] = [];
  const sampler = await environment.open();
  try {
    const unusable = await findUnusableSubjects(suite, environment, sampler);
    // Workloads that are not measured this time keep their figures.
    let results: Results =
      outputFolder === undefined
        ? { environment: environment.name, workloads: {} }
        : readResults(outputFolder, environment.name);
    for (const plan of plans) {
      const measured = await measureWorkload(plan, sampler, unusable, progress.listenerFor(plan));
      results = sortWorkloads(suite, { ...results, workloads: { ...results.workloads, ...measured } });
      progress.clear();
      for (const workload of Object.keys(measured)) {
        console.log(formatWorkloadReport(suite, results, workload));
        targetsReached.push(...judgeTargets(suite, results, workload).map(({ isReached }) => isReached));
      }
      if (outputFolder !== undefined) writeResults(outputFolder, results);
    }
    if (outputFolder !== undefined) {
      writePlots(outputFolder, [
        ...linePlotsOf(suite, results),
        ...barPlotsOf(suite, readAllResults(outputFolder, suite)),
      ]);
    }
  } finally {
    await sampler.close();
  }
  return targetsReached;
}

/** Brings the workloads into the order of the suite. */
function sortWorkloads(suite: Suite, { environment, workloads }: Results): Results {
  const entries = Object.keys(suite.workloads).flatMap((name) => (workloads[name] ? [[name, workloads[name]]] : []));
  return { environment, workloads: Object.fromEntries(entries) };
}

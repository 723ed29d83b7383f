/** `npm run bench`: measures, prints, and writes docs/bench. */
import { fileURLToPath } from 'node:url';
import { type Results, readAllResults, readResults, writeResults } from '../measure/results.js';
import { findAbsent, measure, type Plan } from '../measure/sampling.js';
import { writeBarPlots, writeLinePlots } from '../report/plot-files.js';
import { reportWorkload } from '../report/terminal-report.js';
import { verdicts } from '../report/verdicts.js';
import { MissingPlace } from '../suite/environment.js';
import { ownWorkloads, type Suite } from '../suite/suite.js';
import { SUITES } from '../suites.js';
import { HELP, type Options, parseOptions } from './options.js';
import { placesOf } from './places.js';
import { type ProgressLine, showProgress } from './progress.js';

try {
  const options = parseOptions(process.argv.slice(2), fileURLToPath(new URL('../../../docs/bench', import.meta.url)));
  if (options.help) console.log(HELP);
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function bench(options: Options): Promise<void> {
  const plans = await plansOf(options);
  if (plans.length === 0) throw new Error('Nothing of this name can be measured: see --help.');
  const progress = showProgress(plans.flat());
  const outcomes: boolean[] = [];
  for (const [first, ...rest] of plans) {
    if (first === undefined) continue;
    try {
      outcomes.push(...(await measurePlace([first, ...rest], options, progress)));
    } catch (error) {
      if (!(error instanceof MissingPlace)) throw error;
      progress.leaveOut([first, ...rest]);
      progress.clear();
      console.error(`${first.place.name} is not measured: ${error.message}`);
      process.exitCode = 1;
    }
  }
  const reached = outcomes.filter(Boolean).length;
  console.log(`${reached} of ${outcomes.length} targets reached.`);
}

/** For each place, a plan for each workload that is asked for and that it has. */
async function plansOf(options: Options): Promise<Plan[][]> {
  const plans: Plan[][] = [];
  for (const name of options.suites) {
    const suite = SUITES[name];
    for (const place of await placesOf(name, options)) {
      const workloads = ownWorkloads(suite).filter(
        (workload) => options.workloads.includes(workload) && place.workloads?.includes(workload) !== false,
      );
      if (workloads.length === 0) continue;
      plans.push(
        workloads.map((workload) => {
          const rounds = suite.workloads[workload]?.rounds ?? options.rounds ?? suite.rounds;
          return { suite, place, workload, rounds, pace: options.isQuick ? 'quick' : suite.pace };
        }),
      );
    }
  }
  return plans;
}

/** @returns for each target whether it is reached */
async function measurePlace(
  plans: readonly [Plan, ...Plan[]],
  { out }: Options,
  progress: ProgressLine,
): Promise<boolean[]> {
  const [{ suite, place }] = plans;
  const outcomes: boolean[] = [];
  const session = await place.open();
  try {
    const absent = await findAbsent(suite, place, session);
    // Workloads that are not measured now keep the figures that they have.
    let results: Results = out === undefined ? { runtime: place.name, workloads: {} } : readResults(out, place.name);
    for (const plan of plans) {
      const measured = await measure(plan, session, absent, progress.sampleOf(plan));
      results = inOrder(suite, { ...results, workloads: { ...results.workloads, ...measured } });
      progress.clear();
      for (const workload of Object.keys(measured)) {
        console.log(reportWorkload(suite, results, workload));
        outcomes.push(...verdicts(suite, results, workload).map(({ reached }) => reached));
      }
      if (out !== undefined) writeResults(out, results);
    }
    if (out !== undefined) {
      writeLinePlots(suite, out, results);
      writeBarPlots(suite, out, readAllResults(out, suite));
    }
  } finally {
    await session.close();
  }
  return outcomes;
}

function inOrder(suite: Suite, { runtime, workloads }: Results): Results {
  const entries = Object.keys(suite.workloads).flatMap((name) => (workloads[name] ? [[name, workloads[name]]] : []));
  return { runtime, workloads: Object.fromEntries(entries) };
}

/** `npm run bench`: measures, prints, and writes docs/bench. */
import { fileURLToPath } from 'node:url';
import { measure, type Plan } from './measure.js';
import { HELP, type Options, parseOptions } from './options.js';
import { writePlots } from './plots.js';
import { showProgress } from './progress.js';
import { reportWorkload } from './report.js';
import { type Results, readResults, writeResults } from './results.js';
import { installedRuntimes, ownRuntime, type Runtime } from './runtimes.js';
import { verdicts } from './targets.js';
import { WORKLOAD_NAMES } from './workloads/index.js';

const ROOT = new URL('../../', import.meta.url);

try {
  const options = parseOptions(process.argv.slice(2), fileURLToPath(new URL('docs/bench', ROOT)));
  if (options.help) console.log(HELP);
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function bench(options: Options): Promise<void> {
  const plans = chooseRuntimes(options).map((runtime) =>
    options.workloads.map(
      (workload): Plan => ({ runtime, workload, processes: options.processes, pace: options.pace }),
    ),
  );
  const progress = showProgress(plans.flat());
  const outcomes: boolean[] = [];
  for (const [first, ...rest] of plans) {
    if (first === undefined) continue;
    let results = startingResults(options, first.runtime);
    for (const plan of [first, ...rest]) {
      const measurement = await measure(plan, progress.sampleOf(plan));
      results = { ...results, workloads: { ...results.workloads, [plan.workload]: measurement } };
      progress.clear();
      console.log(reportWorkload(results, plan.workload));
      outcomes.push(...verdicts(results, plan.workload).map(({ reached }) => reached));
      if (options.out !== undefined) writeResults(options.out, inOrder(results));
    }
    if (options.out !== undefined) writePlots(options.out, results);
  }
  const reached = outcomes.filter(Boolean).length;
  console.log(`${reached} of ${outcomes.length} targets reached.`);
}

function chooseRuntimes({ runtimes, withInstalled }: Options): Runtime[] {
  const installed = withInstalled ? installedRuntimes(fileURLToPath(new URL('.runtimes', ROOT))) : [];
  const named = runtimes.length > 0 ? runtimes : [ownRuntime()];
  return [...named, ...installed.filter(({ name }) => !named.some((runtime) => runtime.name === name))];
}

/** Workloads that are not measured now keep the figures that they have. */
function startingResults({ out }: Options, runtime: Runtime): Results {
  return out === undefined ? { runtime: runtime.name, workloads: {} } : readResults(out, runtime.name);
}

function inOrder({ runtime, workloads }: Results): Results {
  const entries = WORKLOAD_NAMES.flatMap((name) => (workloads[name] ? [[name, workloads[name]]] : []));
  return { runtime, workloads: Object.fromEntries(entries) };
}

/** Takes the samples of one workload: a framework's rate in several variants, or the soak of all frameworks. */
import type { SampleOutcome, SampleTask } from '../suite/environment.js';
import { SAMPLE_BUDGETS, type SampleBudget } from '../suite/sample-budget.js';
import { rateFigures, SOAK_WORKLOAD, soakFigures } from './request-suite.js';
import { FRAMEWORK_NAMES } from './servers/frameworks.js';
import { isVariant } from './subjects/variants.js';
import { measureRates } from './workloads/request-rates.js';
import { soakAllFrameworks } from './workloads/request-soak.js';

/**
 * @param binary the Node that runs the servers
 * @param tasks tasks that differ only in their subject
 * @returns one outcome per task, in the same order
 */
export async function takeRequestSamples(binary: string, tasks: readonly SampleTask[]): Promise<SampleOutcome[]> {
  const [first] = tasks;
  if (first === undefined) return [];
  const budget = SAMPLE_BUDGETS[first.budget];
  if (first.workload === SOAK_WORKLOAD) return [await takeSoakSample(binary, budget)];
  const framework = FRAMEWORK_NAMES.find((name) => name === first.workload);
  if (framework === undefined) throw new Error(`The suite requests has no workload named ${first.workload}.`);
  const variants = tasks.map(({ subject }) => subject).filter(isVariant);
  const rates = await measureRates(framework, variants, binary, budget);
  return variants.map((variant) => {
    const rate = rates.get(variant);
    if (rate === undefined) throw new Error(`The variant ${variant} of ${framework} was not measured.`);
    if ('lostValue' in rate) return rate;
    return { version: rate.version, figures: rateFigures(framework, rate.rate, rate.cost) };
  });
}

async function takeSoakSample(binary: string, budget: SampleBudget): Promise<SampleOutcome> {
  const results = await soakAllFrameworks(FRAMEWORK_NAMES, budget.soakCount, binary);
  const [first] = results.values();
  return { version: first?.version ?? '', figures: soakFigures(results) };
}

/**
 * The program that takes one sample in its own process: `growth-sample.js <subject> <workload> <count> <budget> [url of
 * Redis]` prints the outcome as one line of JSON. `growth-sample.js <subject>` only checks whether the subject works.
 */
import { requireEntry } from '../measure/require-entry.js';
import { loadServerSubject } from '../servers/subjects/server-subjects.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import { printOutcome } from '../workloads/print-outcome.js';
import { assertTracking } from '../workloads/subject-check.js';
import type { GrowthWorkload } from './workloads/growth-workload.js';
import { libraryStorages } from './workloads/library-storages.js';
import { manyFlows } from './workloads/many-flows.js';
import { manyStorages } from './workloads/many-storages.js';

/** By their names in growth-suite.ts. The sessions are not among them: their subjects are servers. */
const WORKLOADS: Readonly<Record<string, GrowthWorkload>> = {
  storages: manyStorages,
  flows: manyFlows,
  libraries: libraryStorages,
};

async function takeSample(args: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const [name = '', workload, storageCount, budgetName, redisUrl] = args;
  if (workload === undefined) {
    if (name !== 'connect-redis') await assertTracking(await loadServerSubject(name));
    return {};
  }
  const budget = requireEntry(SAMPLE_BUDGETS, budgetName);
  if (workload !== 'sessions') {
    return requireEntry(WORKLOADS, workload)(await loadServerSubject(name), Number(storageCount), budget);
  }
  if (redisUrl === undefined) throw new Error('The workload "sessions" needs the URL of Redis.');
  // Loaded here only: the packages take a while.
  const { sessionRequests } = await import('./workloads/session-requests.js');
  return sessionRequests(name, Number(storageCount), budget, redisUrl);
}

await printOutcome(process.versions.node, () => takeSample(process.argv.slice(2)));

/**
 * The program that takes one sample in its own process, because async hooks cannot be undone once they have been
 * enabled. `server-sample.js <subject> <workload> <number of storages> <budget>` prints the outcome as one line of
 * JSON. `server-sample.js <subject>` only checks whether the subject works on this runtime.
 */
import { requireEntry } from '../measure/require-entry.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import { printOutcome } from '../workloads/print-outcome.js';
import { assertTracking } from '../workloads/subject-check.js';
import { makeUsedStorages } from '../workloads/used-storages.js';
import { loadServerSubject } from './subjects/server-subjects.js';
import { SCHEDULERS } from './workloads/schedulers.js';
import { type Figures, SERVER_WORKLOADS } from './workloads/server-workloads.js';

async function takeSample([name, workload, storageCount, budget]: readonly string[]): Promise<Figures> {
  const subject = await loadServerSubject(name);
  if (workload === undefined) {
    await assertTracking(subject);
    return {};
  }
  const measure = requireEntry(SERVER_WORKLOADS, workload);
  const storages = await makeUsedStorages(subject, Number(storageCount), SCHEDULERS);
  const measured = await measure(subject, storages, requireEntry(SAMPLE_BUDGETS, budget));
  return typeof measured === 'number' ? { [workload]: measured } : measured;
}

/** Bun and Deno also have a `node` version, the one that they are compatible with, so it comes last. */
function runtimeVersion(): string {
  const { bun, deno, node } = process.versions;
  return bun ?? deno ?? node;
}

await printOutcome(runtimeVersion(), () => takeSample(process.argv.slice(2)));

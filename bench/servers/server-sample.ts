/**
 * The program that takes one sample in its own process, because async hooks cannot be undone once they have been
 * enabled. `server-sample.js <subject> <workload> <number of storages> <budget>` prints the outcome as one line of
 * JSON. `server-sample.js <subject>` only checks whether the subject works on this runtime.
 */
import { stat } from 'node:fs';
import { requireEntry } from '../measure/require-entry.js';
import type { SampleOutcome } from '../suite/environment.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import { LostValueError } from '../workloads/flow-values.js';
import { assertTracking } from '../workloads/subject-check.js';
import { makeUsedStorages, type Scheduler } from '../workloads/used-storages.js';
import { loadServerSubject } from './subjects/server-subjects.js';
import { SERVER_WORKLOADS } from './workloads/server-workloads.js';

const SCHEDULERS: readonly Scheduler[] = [
  (callback) => setImmediate(callback),
  (callback) => setTimeout(callback, 0),
  (callback) => process.nextTick(callback),
  (callback) => Promise.resolve().then(callback),
  (callback) => stat('.', callback),
];

async function takeSample([name, workload, storageCount, budget]: readonly string[]): Promise<Record<string, number>> {
  const subject = await loadServerSubject(name);
  if (workload === undefined) {
    await assertTracking(subject);
    return {};
  }
  const measure = requireEntry(SERVER_WORKLOADS, workload);
  const storages = await makeUsedStorages(subject, Number(storageCount), SCHEDULERS);
  return { [workload]: await measure(subject, storages, requireEntry(SAMPLE_BUDGETS, budget)) };
}

/** Bun and Deno also have a `node` version, the one that they are compatible with, so it comes last. */
function runtimeVersion(): string {
  const { bun, deno, node } = process.versions;
  return bun ?? deno ?? node;
}

const version = runtimeVersion();
let outcome: SampleOutcome;
try {
  outcome = { figures: await takeSample(process.argv.slice(2)), version };
} catch (error) {
  if (!(error instanceof LostValueError)) throw error;
  outcome = { lostValue: error.message, version };
}
process.stdout.write(`${JSON.stringify(outcome)}\n`);

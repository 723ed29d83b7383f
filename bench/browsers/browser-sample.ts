/** Takes one sample, in a page (page-host.ts) or in a process (process-host.ts). */
import { requireEntry } from '../measure/require-entry.js';
import type { SampleTask } from '../suite/environment.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import type { Subject } from '../suite/subject.js';
import { LostValueError } from '../workloads/flow-values.js';
import { assertTracking } from '../workloads/subject-check.js';
import { makeUsedStorages, type Scheduler } from '../workloads/used-storages.js';
import { BROWSER_WORKLOADS } from './workloads/browser-workloads.js';
import { soakFlows } from './workloads/flow-soak.js';

/** A sample's outcome as a host reports it, without the version of the browser. */
export type HostOutcome = { figures: Record<string, number> } | { lostValue: string };

const SCHEDULERS: readonly Scheduler[] = [
  (callback) => setTimeout(callback, 0),
  (callback) => queueMicrotask(callback),
  (callback) => Promise.resolve().then(callback),
  (callback) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      callback();
    };
    port2.postMessage(null);
  },
];

/** A task in the form in which takeSample() reads it. */
export function sampleArguments({ workload, storageCount, budget }: SampleTask): string[] {
  return [workload, String(storageCount), budget];
}

/**
 * @param args workload, number of storages and budget; an empty list only checks whether the subject works here
 * @throws every error except a lost value, which is an outcome
 */
export async function takeSample(
  subject: Subject,
  [workload, storageCount, budget]: readonly string[],
): Promise<HostOutcome> {
  try {
    const figures = await takeFigures(subject, Number(storageCount), workload, budget);
    subject.check?.();
    return { figures };
  } catch (error) {
    if (!(error instanceof LostValueError)) throw error;
    return { lostValue: error.message };
  }
}

async function takeFigures(
  subject: Subject,
  storageCount: number,
  workload?: string,
  budgetName?: string,
): Promise<Record<string, number>> {
  if (workload === undefined) {
    await assertTracking(subject);
    return {};
  }
  const storages = await makeUsedStorages(subject, storageCount, SCHEDULERS);
  // Without a value there still is one storage, because the first storage installs the patches.
  const storage = storages[0] ?? subject.makeStorage();
  const budget = requireEntry(SAMPLE_BUDGETS, budgetName);
  if (workload === 'soak') return soakFlows(storage, budget.soakCount);
  return { [workload]: await requireEntry(BROWSER_WORKLOADS, workload)(subject, storages, budget) };
}

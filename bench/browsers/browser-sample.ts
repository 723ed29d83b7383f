/** One sample, in a page or in a process, whichever host asks for it. */

import { pick } from '../measure/require-entry.js';
import { PACES } from '../suite/sample-budget.js';
import type { Subject } from '../suite/subject.js';
import { LostValue } from '../workloads/flow-values.js';
import { checkFollows } from '../workloads/subject-check.js';
import { type Later, makeStorages } from '../workloads/used-storages.js';
import { WORKLOADS } from './workloads/browser-workloads.js';
import { soak } from './workloads/flow-soak.js';

export type Answer = { figures: Record<string, number> } | { lost: string };

const CALLBACKS: readonly Later[] = [
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

/** @param task workload, number of storages and pace; without any it only tries whether the subject works here */
export async function takeSample(subject: Subject, [workload, k, pace]: readonly string[]): Promise<Answer> {
  try {
    return { figures: await figuresOf(subject, Number(k), workload, pace) };
  } catch (error) {
    if (!(error instanceof LostValue)) throw error;
    return { lost: error.message };
  }
}

async function figuresOf(
  subject: Subject,
  k: number,
  workload?: string,
  pace?: string,
): Promise<Record<string, number>> {
  if (workload === undefined) {
    await checkFollows(subject);
    return {};
  }
  const storages = await makeStorages(subject, k, CALLBACKS);
  // There is one where no value is set, too: it is what puts the patches in.
  const storage = storages[0] ?? subject.makeStorage();
  const { flows, ...rest } = pick(PACES, pace);
  if (workload === 'soak') return soak(storage, flows);
  return { [workload]: await pick(WORKLOADS, workload)(subject, storages, { flows, ...rest }) };
}

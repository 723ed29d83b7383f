/**
 * One sample, in a process of its own because async hooks cannot be undone: `sample.js <subject> <workload> <k> <pace>`
 * prints one line of JSON. `sample.js <subject>` only tries whether the subject works on this runtime.
 */
import { stat } from 'node:fs';
import { pick } from '../measure/require-entry.js';
import type { SampleAnswer } from '../suite/environment.js';
import { PACES } from '../suite/sample-budget.js';
import { LostValue } from '../workloads/flow-values.js';
import { checkFollows } from '../workloads/subject-check.js';
import { type Later, makeStorages } from '../workloads/used-storages.js';
import { loadSubject } from './subjects/server-subjects.js';
import { WORKLOADS } from './workloads/server-workloads.js';

const CALLBACKS: readonly Later[] = [
  (callback) => setImmediate(callback),
  (callback) => setTimeout(callback, 0),
  (callback) => process.nextTick(callback),
  (callback) => Promise.resolve().then(callback),
  (callback) => stat('.', callback),
];

async function sample([name = '', workload, k, pace]: readonly string[]): Promise<Record<string, number>> {
  const subject = await loadSubject(name);
  if (workload === undefined) {
    await checkFollows(subject);
    return {};
  }
  const measure = pick(WORKLOADS, workload);
  const storages = await makeStorages(subject, Number(k), CALLBACKS);
  return { [workload]: await measure(subject, storages, pick(PACES, pace)) };
}

/** Bun and Deno also say which Node they take after, which is not what is asked here. */
function runtimeVersion(): string {
  const { bun, deno, node } = process.versions;
  return bun ?? deno ?? node;
}

const version = runtimeVersion();
let answer: SampleAnswer;
try {
  answer = { figures: await sample(process.argv.slice(2)), version };
} catch (error) {
  if (!(error instanceof LostValue)) throw error;
  answer = { lost: error.message, version };
}
process.stdout.write(`${JSON.stringify(answer)}\n`);

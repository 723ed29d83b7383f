/**
 * The program that takes one sample in its own process. `context-sample.js <subject> <workload> <number of other
 * storages> <budget>` prints the outcome as one line of JSON. `context-sample.js <subject>` only checks whether the
 * manager keeps a context.
 */
import { requireEntry } from '../measure/require-entry.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import { LostValueError } from '../workloads/flow-values.js';
import { printOutcome } from '../workloads/print-outcome.js';
import type { ContextSubject } from './subjects/context-subject.js';
import { loadContextSubject } from './subjects/context-subjects.js';
import { CONTEXT_WORKLOADS } from './workloads/context-workloads.js';
import { contextOf } from './workloads/contexts.js';

async function takeSample([name, workload, storageCount, budget]: readonly string[]): Promise<Record<string, number>> {
  const subject = await loadContextSubject(name);
  await assertKept(subject);
  if (workload === undefined) return {};
  const measure = requireEntry(CONTEXT_WORKLOADS, workload);
  return runInStorages(subject, Number(storageCount), async () => {
    const figure = await measure(subject.manager, requireEntry(SAMPLE_BUDGETS, budget));
    return { [workload]: figure };
  });
}

/** Timers are all that `ZoneContextManager` follows: it loses the context at a native `await`. */
async function assertKept({ manager }: ContextSubject): Promise<void> {
  const context = contextOf(1);
  const isKept = await new Promise<boolean>((resolve) => {
    manager.with(context, () => setTimeout(() => resolve(manager.active() === context)));
  });
  if (!isKept) throw new LostValueError();
}

/** Calls a function in a flow in which other storages hold a value. */
function runInStorages<R>(subject: ContextSubject, count: number, fn: () => R): R {
  if (count === 0) return fn();
  return subject.makeStorage().run({ count }, () => runInStorages(subject, count - 1, fn));
}

await printOutcome(process.versions.node, () => takeSample(process.argv.slice(2)));

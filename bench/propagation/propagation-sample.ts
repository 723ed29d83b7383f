/**
 * The program that takes one sample in its own process. `propagation-sample.js <subject> <workload> <budget>` prints the
 * outcome as one line of JSON. `propagation-sample.js <subject>` only checks that the values arrive.
 */
import { requireEntry } from '../measure/require-entry.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import { LostValueError } from '../workloads/flow-values.js';
import { printOutcome } from '../workloads/print-outcome.js';
import { PROPAGATION_LOOPS } from './propagation-loops.js';
import { type PropagationSubject, valuesOf } from './subjects/propagation-subject.js';
import { loadPropagationSubject } from './subjects/propagation-subjects.js';

async function takeSample([name, workload, budget]: readonly string[]): Promise<Record<string, number>> {
  const subject = await loadPropagationSubject(name);
  assertReceived(subject);
  if (workload === undefined) return {};
  const measure = requireEntry(PROPAGATION_LOOPS, workload);
  return { [workload]: await measure(subject, requireEntry(SAMPLE_BUDGETS, budget)) };
}

/** @throws {LostValueError} if a carrier lacks a value or the trace */
function assertReceived(subject: PropagationSubject): void {
  for (let index = 0; index < 100; index++) {
    const carrier: Record<string, string> = {};
    subject.runWith(valuesOf(index), () => subject.inject(carrier));
    const received = subject.receive(carrier);
    const isRight = valuesOf(index).every((value, position) => value === received[position]);
    if (!isRight || carrier.traceparent === undefined) throw new LostValueError();
  }
}

await printOutcome(process.versions.node, () => takeSample(process.argv.slice(2)));

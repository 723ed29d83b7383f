/** The operations that are measured. Each takes another set of values than the one before it. */
import { timeLaps } from '../measure/stopwatch.js';
import type { SampleBudget } from '../suite/sample-budget.js';
import { type PropagationSubject, valuesOf } from './subjects/propagation-subject.js';

/** @returns nanoseconds per operation */
export type PropagationLoop = (subject: PropagationSubject, budget: SampleBudget) => Promise<number>;

/** The operations in one flow: entering it is not measured. */
const BATCH = 100;

/** A carrier with each set of values, as the subject writes it. */
function carriersOf(subject: PropagationSubject): readonly Record<string, string>[] {
  return Array.from({ length: 64 }, (_, index) => {
    const carrier: Record<string, string> = {};
    subject.runWith(valuesOf(index), () => subject.inject(carrier));
    return carrier;
  });
}

function extractLoop(operate: (subject: PropagationSubject, carrier: Record<string, string>) => void): PropagationLoop {
  return (subject, budget) => {
    const carriers = carriersOf(subject);
    return timeLaps((count) => {
      for (let index = 0; index < count; index++) operate(subject, carriers[index & 63] as Record<string, string>);
    }, budget);
  };
}

/** By their names in propagation-suite.ts. */
export const PROPAGATION_LOOPS: Readonly<Record<string, PropagationLoop>> = {
  inject: (subject, budget) =>
    timeLaps((count) => {
      let written = 0;
      for (let start = 0; start < count; start += BATCH) {
        subject.runWith(valuesOf(start / BATCH), () => {
          for (let index = start; index < Math.min(start + BATCH, count); index++) {
            const carrier: Record<string, string> = {};
            subject.inject(carrier);
            written += carrier.baggage === undefined ? 0 : 1;
          }
        });
      }
      if (written !== count) throw new Error('inject() did not write the values each time.');
    }, budget),
  extract: extractLoop((subject, carrier) => subject.extract(carrier)),
  receive: extractLoop((subject, carrier) => {
    if (subject.receive(carrier).includes(undefined)) throw new Error('A value was lost.');
  }),
};

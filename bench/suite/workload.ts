/**
 * A workload is written once and measures every subject. It enters a flow in which each storage holds a value, and
 * repeats one operation there, lap after lap.
 */
import type { SampleBudget } from './sample-budget.js';
import type { Storage, Subject } from './subject.js';

/** @returns one figure: nanoseconds per operation, or requests per second */
export type Workload = (subject: Subject, storages: readonly Storage[], budget: SampleBudget) => Promise<number>;

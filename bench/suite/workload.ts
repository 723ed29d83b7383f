/**
 * A workload is written once, for every subject, and is measured where its storages hold values already: a flow is
 * entered, and in it one operation is done many times, lap after lap.
 */
import type { Pace } from './sample-budget.js';
import type { Storage, Subject } from './subject.js';

/** Gives one figure: nanoseconds an operation, or requests a second. */
export type Workload = (subject: Subject, storages: readonly Storage[], pace: Pace) => Promise<number>;

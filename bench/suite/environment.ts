/** Where samples come from: a runtime or a browser, which the `places.ts` of a suite knows how to start. */
import type { PaceName } from './sample-budget.js';

export interface Task {
  readonly subject: string;
  readonly workload: string;
  readonly k: number;
  readonly pace: PaceName;
}

/** The figures by workload: the task's own, and those that are measured with it. */
export type SampleAnswer = { figures: Record<string, number>; version: string } | { lost: string; version: string };

/** A place that has been started. */
export interface Session {
  /** Whether the subject does here what it is for. */
  check(subject: string): Promise<SampleAnswer>;
  sample(task: Task): Promise<SampleAnswer>;
  /**
   * The same for all subjects of a round, where they take turns within it; absent where each sample is on its own.
   * @param tasks of one workload, for one number of storages
   */
  sampleTogether?(tasks: readonly Task[]): Promise<readonly SampleAnswer[]>;
  /** Ends all that was started. */
  close(): Promise<void>;
}

export interface Place {
  /** The name of its file in docs/bench. */
  readonly name: string;
  /** Of one sample, besides what the workload takes. */
  readonly startUpMs: number;
  /** Absent where it has all of the suite's. */
  readonly workloads?: readonly string[];
  open(): Promise<Session>;
}

/** A place that this machine does not have; the message tells how to get it. */
export class MissingPlace extends Error {
  override readonly name = 'MissingPlace';
}

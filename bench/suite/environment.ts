/**
 * An environment is a runtime or browser in which samples are taken. The `<suite>-environments.ts` file of each suite
 * lists its environments; `open()` starts one and returns a sampler.
 */
import type { BudgetName } from './sample-budget.js';

/** Describes the sample to take. */
export interface SampleTask {
  readonly subject: string;
  readonly workload: string;
  readonly storageCount: number;
  readonly budget: BudgetName;
}

/**
 * The figures of a sample by workload: the task's own workload and those that are sampled with it. A subject that lost
 * a value has no figures, nor has one without the member that is measured.
 */
export type SampleOutcome =
  | { readonly figures: Readonly<Record<string, number>>; readonly version: string }
  | { readonly lostValue: string; readonly version: string }
  | { readonly missing: string; readonly version: string };

/** A started environment. */
export interface Sampler {
  /** Checks whether the subject works in this environment. */
  check(subject: string): Promise<SampleOutcome>;
  sample(task: SampleTask): Promise<SampleOutcome>;
  /**
   * Takes the samples of all subjects of a round together, so that the subjects can take turns within the round. Absent
   * in environments in which every sample is independent.
   * @param tasks tasks that differ only in their subject
   * @returns one outcome per task, in the same order
   */
  sampleTogether?(tasks: readonly SampleTask[]): Promise<readonly SampleOutcome[]>;
  /** Stops everything that `open()` started. */
  close(): Promise<void>;
}

export interface Environment {
  /** The name of the environment, and of its file in docs/bench. */
  readonly name: string;
  /** The time that the start of a process or page adds to a sample, in milliseconds. */
  readonly startUpMs: number;
  /** The workloads that can be measured here. Default: all workloads of the suite. */
  readonly workloads?: readonly string[];
  /** @throws {MissingEnvironment} if this machine does not have the runtime or browser */
  open(): Promise<Sampler>;
}

/** Thrown if this machine does not have the runtime or browser. The message says how to install it. */
export class MissingEnvironment extends Error {
  override readonly name = 'MissingEnvironment';
}

/**
 * The parts of a suite, and the words that the benchmarks use for them:
 *
 *   suite         what is measured together: servers, browsers, sizes, transform, builds, requests,
 *                 sessions, contexts, propagation, growth, pages
 *   environment   a runtime or browser in which samples are taken
 *   subject       one implementation under measurement: Throughline or a peer
 *   workload      the operation that is measured
 *   sample        one process or page that measures one subject in one workload
 *   figure        the number that a sample yields for a workload
 *   round         one sample of every subject
 *   reference     the subject whose figure another figure is divided by, within a round
 *   target        a bound that a figure, or its ratio to a reference, should stay within
 *
 * A suite only declares these parts. The `<suite>-environments.ts` file of its folder starts runtimes and browsers.
 */
import type { BudgetName, SampleBudget } from './sample-budget.js';

export type SuiteName =
  | 'servers'
  | 'browsers'
  | 'sizes'
  | 'transform'
  | 'builds'
  | 'requests'
  | 'sessions'
  | 'contexts'
  | 'propagation'
  | 'growth'
  | 'pages';

export type Unit = 'ns' | 'requests/s' | 'bytes/s' | 'bytes' | 'times' | 'count';

export interface SubjectEntry {
  /** Heading of the subject's column in docs/benchmarks.md. */
  readonly title: string;
  /** The subject's name in plots. */
  readonly label: string;
  /** Color of the subject's lines and bars in plots. */
  readonly color: string;
  /** Whether the subject is Throughline. If it loses a value, the whole run fails; a peer only loses its figures. */
  readonly isOurs: boolean;
}

export interface WorkloadEntry {
  readonly title: string;
  readonly unit: Unit;
  /**
   * The numbers of storages that hold a value during the measurement, or of what `counted` names. The workload is
   * measured once for each number.
   */
  readonly storageCounts: readonly number[];
  /** What the numbers count. Default: storages. */
  readonly counted?: string;
  /** The largest number that a subject is measured with, by subject, if more would take too long. */
  readonly largestCounts?: Readonly<Record<string, number>>;
  /** Expected duration of one sample, without the start of its environment. */
  expectedMs(budget: SampleBudget): number;
  /** The subjects that are measured. Default: all subjects of the suite. */
  readonly subjects?: readonly string[];
  /** A fixed number of rounds, which the command line does not change. Default: the number from the command line. */
  readonly rounds?: number;
  /** The workload whose samples also yield the figures of this one. Default: this workload has separate samples. */
  readonly sampledWith?: string;
}

/** The subject, and its number of storages, that a figure is compared with. */
export interface Reference {
  readonly subject: string;
  readonly storageCount: number;
}

/** A bound for a figure, or for its ratio to (or difference from) the reference's figure of the same round. */
export interface Target {
  /** The environments in which the target applies. Default: all environments of the suite. */
  readonly environments?: readonly string[];
  readonly workload: string;
  readonly subject: string;
  readonly storageCount: number;
  /** The subject whose figure is the reference. Default: none; the bound applies to the figure itself. */
  readonly reference?: Reference;
  /**
   * `atMost` and `atLeast` bound the ratio, or the figure if there is no reference; `atMostAbove` bounds the
   * difference.
   */
  readonly bound: { readonly atMost: number } | { readonly atLeast: number } | { readonly atMostAbove: number };
  /** The bound in words. */
  readonly text: string;
}

/** A plot over the number of storages, or of what the workload counts; one file per environment. */
export interface LinePlotSpec {
  readonly workload: string;
  readonly yLabel: string;
}

/** A plot with a group of bars per environment, or per workload if there are several workloads. */
export interface BarPlotSpec {
  readonly file: string;
  readonly title: string;
  readonly workloads: readonly string[];
  readonly storageCount: number;
}

export interface Suite {
  readonly name: SuiteName;
  /** The page in docs that shows the figures. Default: benchmarks.md. */
  readonly page?: 'growth.md';
  /** Opens the suite's part of docs/benchmarks.md. The first suite has none: the page itself introduces it. */
  readonly intro?: { readonly heading: string; readonly text: string };
  readonly subjects: Readonly<Record<string, SubjectEntry>>;
  readonly workloads: Readonly<Record<string, WorkloadEntry>>;
  readonly targets: readonly Target[];
  /** The time budget of the suite's samples. */
  readonly budget: BudgetName;
  /** Number of rounds if neither the workload nor the command line sets one. */
  readonly rounds: number;
  /** The workloads that docs/benchmarks.md shows, in its order. */
  readonly pageWorkloads: readonly string[];
  readonly linePlots: readonly LinePlotSpec[];
  readonly barPlots: readonly BarPlotSpec[];
  /** The words between "Medians of 3" and "on 2 cores" in docs/benchmarks.md. */
  readonly sampleNote: string;
  /** A sentence for docs/benchmarks.md on what the numbers after × are ratios to. */
  readonly ratioNote: string;
  /** The beginnings of the names of the suite's environments. */
  readonly environmentPrefixes: readonly string[];
  environmentTitle(name: string, version: string): string;
  /** Position of an environment in docs/benchmarks.md; the lowest number comes first. */
  pageRank(environment: string): number;
  /** Returns the reference of a figure, except in a target that names another reference. */
  referenceOf(workload: string, storageCount: number): Reference | undefined;
  /** Title of a row of docs/benchmarks.md: a workload with this number of storages. */
  rowTitle(workload: string, storageCount: number): string;
}

/** Whether an environment, or a file that is named after one, belongs to the suite. */
export function hasEnvironment({ environmentPrefixes }: Suite, name: string): boolean {
  return environmentPrefixes.some((prefix) => name.startsWith(prefix));
}

/** The subjects that are measured in a workload. */
export function subjectsOf(suite: Suite, workload: string): readonly string[] {
  return suite.workloads[workload]?.subjects ?? Object.keys(suite.subjects);
}

/** Whether a subject is measured with this number of storages. */
export function isMeasuredWith(suite: Suite, workload: string, { subject, storageCount }: Reference): boolean {
  return storageCount <= (suite.workloads[workload]?.largestCounts?.[subject] ?? Number.POSITIVE_INFINITY);
}

/** The workload itself, and the workloads that its samples yield figures for as well. */
export function workloadsSampledWith(suite: Suite, workload: string): readonly string[] {
  return Object.keys(suite.workloads).filter(
    (name) => name === workload || suite.workloads[name]?.sampledWith === workload,
  );
}

/** The workloads with separate samples, whose names --only accepts. */
export function separatelySampledWorkloads(suite: Suite): readonly string[] {
  return Object.keys(suite.workloads).filter((name) => suite.workloads[name]?.sampledWith === undefined);
}

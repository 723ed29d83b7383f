/**
 * A suite is what is measured together: subjects beside each other, in the same workloads, in one place after the other (a
 * runtime, a browser). A suite says what there is, how it is called and what is to be reached, and starts nothing: where the
 * samples come from is in the `places.ts` of its folder.
 */
import type { Pace, PaceName } from './sample-budget.js';

export type SuiteName = 'servers' | 'browsers' | 'transform' | 'requests';

export type Unit = 'ns' | 'requests/s' | 'bytes/s' | 'bytes' | 'times' | 'count';

export interface SubjectEntry {
  /** Its column in the README. */
  readonly title: string;
  /** Its name in plots, and the colour of what stands for it. */
  readonly label: string;
  readonly color: string;
  /** Whether it is Throughline, whose loss of a value ends everything. */
  readonly isOurs: boolean;
}

export interface WorkloadEntry {
  readonly title: string;
  readonly unit: Unit;
  /** The numbers of storages that hold a value while it is measured. */
  readonly ks: readonly number[];
  /** Of one sample. */
  expectedMs(pace: Pace): number;
  /** Absent where it says something about all of them. */
  readonly subjects?: readonly string[];
  /** Absent where it takes as many as the command line says. */
  readonly rounds?: number;
  /** Where the samples of another workload give its figures as well. */
  readonly with?: string;
}

export interface Reference {
  readonly subject: string;
  readonly k: number;
}

/** A bound for a figure, or for what comes out where it is put against another one of the same rounds. */
export interface Target {
  /** Absent where it holds in every place. */
  readonly places?: readonly string[];
  readonly workload: string;
  readonly subject: string;
  readonly k: number;
  /** Absent where the bound is for the figure itself. */
  readonly against?: Reference;
  /** The first two are for the ratio, or for the figure itself; the third is for the difference. */
  readonly bound: { readonly atMost: number } | { readonly atLeast: number } | { readonly atMostAbove: number };
  /** The bound in words. */
  readonly text: string;
}

/** Over the numbers of storages, for each place. */
export interface LinePlot {
  readonly workload: string;
  readonly yLabel: string;
}

/** A group for each place, or where there are several workloads, for each of these. */
export interface BarPlot {
  readonly file: string;
  readonly title: string;
  readonly workloads: readonly string[];
  readonly k: number;
}

export interface Suite {
  readonly name: SuiteName;
  /** What its part of the README begins with, where it is not the first. */
  readonly intro?: { readonly heading: string; readonly text: string };
  readonly subjects: Readonly<Record<string, SubjectEntry>>;
  readonly workloads: Readonly<Record<string, WorkloadEntry>>;
  readonly targets: readonly Target[];
  /** How long its samples take their time. */
  readonly pace: PaceName;
  /** How many rounds where nothing is said. */
  readonly rounds: number;
  /** The workloads of the README, in its order. */
  readonly inReadme: readonly string[];
  readonly linePlots: readonly LinePlot[];
  readonly barPlots: readonly BarPlot[];
  /** What stands after "Medians of 3" and before the machine. */
  readonly samples: string;
  /** What the × is about. */
  readonly ratios: string;
  /** How the names of its places begin. */
  readonly places: readonly string[];
  placeTitle(name: string, version: string): string;
  /** The place's rank in the README, the smallest first. */
  rank(name: string): number;
  /** What a figure is put against where no target says otherwise. */
  reference(workload: string, k: number): Reference | undefined;
  /** A workload with this number of storages, as a row of the README. */
  rowTitle(workload: string, k: number): string;
}

/** Whether a place is one of this suite's. */
export function hasPlace({ places }: Suite, name: string): boolean {
  return places.some((place) => name.startsWith(place));
}

/** The subjects that a workload says something about. */
export function subjectsOf(suite: Suite, workload: string): readonly string[] {
  return suite.workloads[workload]?.subjects ?? Object.keys(suite.subjects);
}

/** The workload itself, and those that are measured with it. */
export function measuredWith(suite: Suite, workload: string): readonly string[] {
  return Object.keys(suite.workloads).filter((name) => name === workload || suite.workloads[name]?.with === workload);
}

/** The workloads that take samples of their own. */
export function ownWorkloads(suite: Suite): readonly string[] {
  return Object.keys(suite.workloads).filter((name) => suite.workloads[name]?.with === undefined);
}

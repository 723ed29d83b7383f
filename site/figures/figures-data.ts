/** The figures of `docs/bench`, as the plots of the site read them. */
import type { Summary } from '@throughline/bench/statistics';

export type Unit = 'ns' | 'requests/s' | 'bytes/s' | 'bytes' | 'times' | 'count';

export interface FiguresData {
  readonly suites: readonly FiguresSuite[];
}

export interface FiguresSuite {
  readonly title: string;
  readonly environments: readonly FiguresEnvironment[];
}

export interface FiguresEnvironment {
  readonly name: string;
  readonly title: string;
  readonly workloads: readonly FiguresWorkload[];
}

export interface FiguresWorkload {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  /** What the counts of the points are numbers of: storages, flows, sessions. */
  readonly counted: string;
  /** Where and when it was measured. */
  readonly conditions: string;
  readonly series: readonly FiguresSeries[];
}

/** The figures of one subject. */
export interface FiguresSeries {
  readonly subject: string;
  readonly title: string;
  readonly color: string;
  readonly points: readonly FiguresPoint[];
}

export interface FiguresPoint {
  readonly count: number;
  readonly figure: Summary;
  /** The ratio to the peer, round by round. Absent for the peer itself, and without a peer. */
  readonly ratio?: Summary;
}

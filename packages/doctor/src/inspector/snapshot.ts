/** What the page is sent, as plain data. All times are milliseconds since the process started. */
import type { Finding } from '../report/finding.js';
import type { WaitKind } from './wait-kinds.js';

export const FLOW_STATES = ['running', 'waiting', 'held', 'idle', 'finished'] as const;

/** `running` is the flow that is current while it is looked at. flow.ts describes the others. */
export type FlowState = (typeof FLOW_STATES)[number];

/** The key of a place in `places`. */
export type PlaceKey = string;

export interface PlaceView {
  /** The path of the source, relative to the current folder of the process. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of the line; null if the source cannot be read. */
  readonly code: string | null;
}

export interface WaitView {
  readonly kind: WaitKind;
  readonly title: string;
  readonly place: PlaceKey | null;
  readonly start: number;
  /** Null while it is pending. */
  readonly end: number | null;
  /** How many of these there are. */
  readonly count: number;
}

export interface FlowView {
  readonly id: number;
  readonly storage: string;
  readonly value: string;
  readonly place: PlaceKey | null;
  readonly state: FlowState;
  readonly start: number;
  readonly end: number | null;
  /** What it waits for now, the latest first. */
  readonly waits: readonly WaitView[];
  /** What it waited for before. */
  readonly ended: readonly WaitView[];
  readonly inside: readonly FlowView[];
  /** How many flows inside are not sent. */
  readonly moreInside: number;
  /** Indexes in `findings`, and when each happened. */
  readonly findings: readonly { readonly finding: number; readonly time: number }[];
  /** Whether what it waits for is known: whether it began while waits were recorded. */
  readonly isRecorded: boolean;
}

/** The outermost flows that were opened at one place. */
export interface GroupView {
  readonly place: PlaceKey | null;
  readonly storage: string;
  readonly live: number;
  /** How many of the live ones are in each state. */
  readonly states: Readonly<Record<FlowState, number>>;
  /** The start of the oldest live one. */
  readonly oldest: number | null;
  /** What the live ones wait for, most first. */
  readonly waits: readonly Pick<WaitView, 'kind' | 'title' | 'place' | 'count'>[];
  readonly findings: number;
  /** Those that are sent: the oldest live ones, then the last that have finished. */
  readonly flows: readonly FlowView[];
  /** How many match, but are not sent. */
  readonly more: number;
}

export interface Snapshot {
  readonly process: { readonly pid: number; readonly title: string; readonly runtime: string };
  readonly now: number;
  readonly isRecording: boolean;
  readonly totals: {
    readonly live: number;
    readonly finished: number;
    /** Live flows that do not match the filter. */
    readonly hidden: number;
    /** Flows that were too many to be recorded. */
    readonly unrecorded: number;
    /** The start of the oldest live flow. */
    readonly oldest: number | null;
  };
  readonly groups: readonly GroupView[];
  /** How many groups match, but are not sent. */
  readonly moreGroups: number;
  readonly findings: readonly Finding[];
  /** The names of all storages that have opened a flow. */
  readonly storages: readonly string[];
  readonly places: Readonly<Record<PlaceKey, PlaceView>>;
}

/** The log lines of all processes. A line has the values that `logFields()` reads where it is written. */
import { type LogFields, logFields } from '@throughline/request';

/** The steps of an order, and the process in which each runs. */
export const steps = {
  received: 'server',
  priced: 'server',
  queued: 'server',
  started: 'worker',
  charged: 'worker',
  printing: 'thread',
  printed: 'thread',
  sent: 'worker',
} as const;

export type StepName = keyof typeof steps;
export type ProcessName = (typeof steps)[StepName];

export const stepNames = Object.keys(steps) as StepName[];

export interface LogLine {
  /** The order that the line is about. It is compared with what the line has read, and otherwise not used. */
  readonly about: number;
  readonly step: StepName;
  /** Whether the step has failed, and is run again. */
  readonly hasFailed: boolean;
  readonly message: string;
  /** When the line was written, in milliseconds since the epoch. */
  readonly time: number;
  readonly pid: number;
  /** What the line has read. */
  readonly fields: LogFields;
}

/** Writes a line. In a process other than the shop, it sends the line there. */
export type LogWriter = (line: LogLine) => void;

/** Reads the values of the current flow for a line. */
export function createLogLine(about: number, step: StepName, message: string, hasFailed = false): LogLine {
  return { about, step, hasFailed, message, time: Date.now(), pid: process.pid, fields: logFields() };
}

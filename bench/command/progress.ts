/** Shows on stderr what is being measured, how much is done, and how long the rest will take. */
import { type MeasurementPlan, maximumSampleCount, type SampleListener } from '../measure/measure-workload.js';
import { formatStorageCount } from '../report/figure-format.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';

export interface ProgressLine {
  /** Returns the listener to call before each sample of the plan. */
  listenerFor(plan: MeasurementPlan): SampleListener;
  /** Removes plans that will not be measured from the expected duration. */
  skip(plans: readonly MeasurementPlan[]): void;
  /** Erases the line, so that something else can be printed. */
  clear(): void;
}

/** In a terminal, one line is rewritten before each sample. Otherwise, one line is written per round. */
export function startProgress(plans: readonly MeasurementPlan[]): ProgressLine {
  const { isTTY } = process.stderr;
  const start = performance.now();
  let totalMs = plans.reduce((sum, plan) => sum + expectedPlanMs(plan), 0);
  let doneMs = 0;
  let lastRound = '';
  return {
    listenerFor: (plan) => (subject, storageCount, roundIndex) => {
      const elapsed = performance.now() - start;
      const leftMs = doneMs === 0 ? totalMs : (elapsed / doneMs) * (totalMs - doneMs);
      const round = `${plan.environment.name}, ${plan.workload}, round ${roundIndex + 1} of ${plan.rounds}`;
      const done = `${Math.floor((doneMs / totalMs) * 100)}% done, ${formatDuration(leftMs)} left`;
      const sample = `${subject} with ${formatStorageCount(storageCount)}`;
      if (isTTY) process.stderr.write(`\r\x1b[K${round}: ${sample} (${done})`);
      else if (round !== lastRound) process.stderr.write(`${round} (${done})\n`);
      lastRound = round;
      doneMs += expectedSampleMs(plan);
    },
    skip: (skipped) => {
      totalMs -= skipped.reduce((sum, plan) => sum + expectedPlanMs(plan), 0);
    },
    clear: () => {
      if (isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}

/** The expected duration of all plans together, as text. */
export function formatExpectedDuration(plans: readonly MeasurementPlan[]): string {
  return formatDuration(plans.reduce((sum, plan) => sum + expectedPlanMs(plan), 0));
}

function expectedPlanMs(plan: MeasurementPlan): number {
  return expectedSampleMs(plan) * maximumSampleCount(plan);
}

function expectedSampleMs({ suite, environment, workload, budget }: MeasurementPlan): number {
  return environment.startUpMs + (suite.workloads[workload]?.expectedMs(SAMPLE_BUDGETS[budget]) ?? 0);
}

function formatDuration(ms: number): string {
  return ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`;
}

/** What is being measured, how far it is, and how long it will take: on stderr, one line in a terminal. */
import { type Plan, type Progress, sampleCount } from '../measure/sampling.js';
import { PACES } from '../suite/sample-budget.js';

export interface ProgressLine {
  sampleOf(plan: Plan): Progress;
  /** What will not be measured after all. */
  leaveOut(plans: readonly Plan[]): void;
  /** Takes the line away, before something else is printed. */
  clear(): void;
}

export function showProgress(plans: readonly Plan[]): ProgressLine {
  const { isTTY } = process.stderr;
  const start = performance.now();
  let total = plans.reduce((sum, plan) => sum + expectedMs(plan) * sampleCount(plan), 0);
  let passed = 0;
  let lastRound = '';
  return {
    sampleOf: (plan) => (subject, k, round) => {
      const elapsed = performance.now() - start;
      const left = passed === 0 ? total : (elapsed / passed) * (total - passed);
      const where = `${plan.place.name} ${plan.workload}, round ${round + 1} of ${plan.rounds}`;
      const far = `${Math.floor((passed / total) * 100)} %, ${duration(left)} left`;
      if (isTTY) process.stderr.write(`\r\x1b[K${where}: ${k} with ${subject} (${far})`);
      else if (where !== lastRound) process.stderr.write(`${where} (${far})\n`);
      lastRound = where;
      passed += expectedMs(plan);
    },
    leaveOut: (missing) => {
      total -= missing.reduce((sum, plan) => sum + expectedMs(plan) * sampleCount(plan), 0);
    },
    clear: () => {
      if (isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}

/** Of one sample. */
function expectedMs({ suite, place, workload, pace }: Plan): number {
  return place.startUpMs + (suite.workloads[workload]?.expectedMs(PACES[pace]) ?? 0);
}

function duration(ms: number): string {
  return ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`;
}

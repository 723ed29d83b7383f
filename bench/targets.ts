/** The figures to reach. Each is a ratio of two figures of the same rounds. */
import { findCell, type Results } from './results.js';
import { ratios, type Summary } from './statistics.js';
import type { SubjectName } from './subjects/subject.js';
import type { WorkloadName } from './workloads/index.js';

export interface Reference {
  readonly subject: SubjectName;
  readonly k: number;
}

export interface Target {
  /** Absent where it holds on every runtime. */
  readonly runtimes?: readonly string[];
  readonly workload: WorkloadName;
  readonly k: number;
  readonly against: Reference;
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
  /** The bound in words. */
  readonly text: string;
}

export interface Verdict {
  readonly target: Target;
  readonly ratio: Summary;
  readonly reached: boolean;
}

const contextFrame = ['node24', 'node26'];
const asyncHooks = ['node20', 'node22'];

export const TARGETS: readonly Target[] = [
  time(contextFrame, 'run', 1, 1.05),
  timesFaster(contextFrame, 'run', 10, 4),
  timesFaster(contextFrame, 'run', 100, 25),
  ...[1, 10, 100].map((k) => time(contextFrame, 'getStore', k, 1.1)),
  ...[0, 1, 10, 100].map((k) => time(contextFrame, 'await', k, 1.05)),
  time(asyncHooks, 'await', 1, 1.05),
  timesFaster(asyncHooks, 'await', 10, 3),
  timesFaster(asyncHooks, 'await', 100, 40),
  time(asyncHooks, 'run', 1, 1.3),
  time(asyncHooks, 'getStore', 1, 1.3),
  {
    workload: 'run',
    k: 1000,
    against: { subject: 'throughline', k: 1 },
    bound: { atMost: 3 },
    text: 'at most 3 × its time with 1 storage',
  },
  requests('node26', 1, 0.97),
  requests('node26', 10, 0.85),
  requests('node20', 1, 0.7),
  requests('node20', 10, 0.65),
];

function time(runtimes: readonly string[], workload: WorkloadName, k: number, atMost: number): Target {
  const against: Reference = { subject: 'native', k };
  return { runtimes, workload, k, against, bound: { atMost }, text: `at most ${atMost} × its time` };
}

function timesFaster(runtimes: readonly string[], workload: WorkloadName, k: number, times: number): Target {
  const against: Reference = { subject: 'native', k };
  return { runtimes, workload, k, against, bound: { atMost: 1 / times }, text: `at least ${times} × faster` };
}

function requests(runtime: string, k: number, atLeast: number): Target {
  const against: Reference = { subject: 'none', k: 0 };
  const text = `at least ${atLeast} of the server without storages`;
  return { runtimes: [runtime], workload: 'http', k, against, bound: { atLeast }, text };
}

/** What a subject's figures are put against where no target says otherwise. */
export function usualReference(workload: WorkloadName, k: number): Reference {
  return workload === 'http' ? { subject: 'none', k: 0 } : { subject: 'native', k };
}

export function ratioOf(
  results: Results,
  workload: WorkloadName,
  subject: SubjectName,
  k: number,
  against: Reference,
): Summary | undefined {
  const measurement = results.workloads[workload];
  if (measurement === undefined) return undefined;
  const cell = findCell(measurement, subject, k);
  const reference = findCell(measurement, against.subject, against.k);
  return cell && reference && ratios(cell.figures, reference.figures);
}

/** The targets of this runtime and workload that were measured, each with what came out. */
export function verdicts(results: Results, workload: WorkloadName): Verdict[] {
  const found: Verdict[] = [];
  for (const target of TARGETS) {
    if (target.workload !== workload || target.runtimes?.includes(results.runtime) === false) continue;
    const ratio = ratioOf(results, workload, 'throughline', target.k, target.against);
    if (ratio === undefined) continue;
    const reached =
      'atMost' in target.bound ? ratio.median <= target.bound.atMost : ratio.median >= target.bound.atLeast;
    found.push({ target, ratio, reached });
  }
  return found;
}

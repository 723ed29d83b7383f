/**
 * Takes the samples of a workload. All subjects and numbers of storages take turns, round by round, so that a slow
 * minute of the machine slows down all of them.
 */
import { cpus } from 'node:os';
import type { Environment, SampleOutcome, Sampler, SampleTask } from '../suite/environment.js';
import type { BudgetName } from '../suite/sample-budget.js';
import { isMeasuredWith, type Suite, subjectsOf, workloadsSampledWith } from '../suite/suite.js';
import type { Cell, Measurement } from './results.js';

/** One workload in one environment. */
export interface MeasurementPlan {
  readonly suite: Suite;
  readonly environment: Environment;
  readonly workload: string;
  readonly rounds: number;
  readonly budget: BudgetName;
}

/** Called before each sample, with the sample's subject and number of storages. Rounds count from 0. */
export type SampleListener = (subject: string, storageCount: number, round: number) => void;

/** The number of samples in a plan if no subject is excluded. */
export function maximumSampleCount({ suite, workload, rounds }: MeasurementPlan): number {
  const samples = (suite.workloads[workload]?.storageCounts ?? []).flatMap((storageCount) =>
    subjectsOf(suite, workload).filter((subject) => isMeasuredWith(suite, workload, { subject, storageCount })),
  );
  return samples.length * rounds;
}

/**
 * Finds the peers that do not work in an environment.
 * @returns the reasons by subject
 * @throws {Error} if Throughline does not work
 */
export async function findUnusableSubjects(
  suite: Suite,
  environment: Environment,
  sampler: Sampler,
): Promise<Record<string, string>> {
  const reasons: Record<string, string> = {};
  for (const subject of Object.keys(suite.subjects)) {
    const outcome = await sampler.check(subject);
    if ('lostValue' in outcome) {
      reasons[subject] = reasonForPeer(suite, environment, subject, 'loses its value at an await or a timer');
    }
  }
  return reasons;
}

/** A peer that loses a value has no figures. If Throughline loses one, all figures are in doubt, so the run fails. */
function reasonForPeer(suite: Suite, environment: Environment, subject: string, reason: string): string {
  const entry = suite.subjects[subject];
  if (entry?.isOurs) throw new Error(`${entry.title} on ${environment.name}: ${reason}`);
  return reason;
}

/**
 * Takes all samples of a plan.
 * @param unusable subjects to exclude, with the reasons
 * @returns measurements by workload: the plan's own, and those that are sampled with it
 */
export async function measureWorkload(
  plan: MeasurementPlan,
  sampler: Sampler,
  unusable: Readonly<Record<string, string>>,
  onSample: SampleListener,
): Promise<Record<string, Measurement>> {
  const { suite, workload, rounds } = plan;
  const excluded = { ...unusable };
  const figures = new Map<string, number[]>();
  let version = '';
  for (let round = 0; round < rounds; round++) {
    version = await measureRound(plan, sampler, excluded, figures, (subject, count) => onSample(subject, count, round));
  }
  const [cpu] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  const machine = { cpu: cpu?.model.trim() ?? 'unknown', cores: cpus().length };
  return Object.fromEntries(
    workloadsSampledWith(suite, workload).flatMap((name): [string, Measurement][] => {
      const cells = (suite.workloads[name]?.storageCounts ?? []).flatMap((storageCount) =>
        subjectsOf(suite, name).flatMap((subject): Cell[] => {
          const found = excluded[subject] === undefined ? figures.get(cellKey(name, subject, storageCount)) : undefined;
          return found === undefined ? [] : [{ subject, storageCount, figures: found }];
        }),
      );
      // A workload that cannot be read in this environment, such as the heap size outside Chromium, has no cells.
      return cells.length === 0 ? [] : [[name, { version, date, ...machine, rounds, cells, excluded }]];
    }),
  );
}

/**
 * Takes one round of samples, adds their figures to `figures`, and adds subjects that lost a value to `excluded`.
 * @returns the version of the runtime or browser
 */
async function measureRound(
  { suite, environment, workload, budget }: MeasurementPlan,
  sampler: Sampler,
  excluded: Record<string, string>,
  figures: Map<string, number[]>,
  onSample: (subject: string, storageCount: number) => void,
): Promise<string> {
  let version = '';
  for (const storageCount of suite.workloads[workload]?.storageCounts ?? []) {
    const measured = subjectsOf(suite, workload).filter((subject) =>
      isMeasuredWith(suite, workload, { subject, storageCount }),
    );
    const subjects = measured.filter((subject) => {
      // An excluded subject's samples count as done, so that the progress still adds up.
      if (excluded[subject] !== undefined) onSample(subject, storageCount);
      return excluded[subject] === undefined;
    });
    const tasks = subjects.map((subject): SampleTask => ({ subject, workload, storageCount, budget }));
    for await (const [subject, outcome] of takeSamples(sampler, tasks, onSample)) {
      version = outcome.version;
      if ('lostValue' in outcome) {
        const reason = `${outcome.lostValue} (${workload}, storages: ${storageCount})`;
        excluded[subject] = reasonForPeer(suite, environment, subject, reason);
        continue;
      }
      if ('missing' in outcome) {
        excluded[subject] = reasonForPeer(suite, environment, subject, outcome.missing);
        continue;
      }
      for (const [name, figure] of Object.entries(outcome.figures)) {
        const key = cellKey(name, subject, storageCount);
        figures.set(key, [...(figures.get(key) ?? []), Number(figure.toPrecision(5))]);
      }
    }
  }
  return version;
}

function cellKey(workload: string, subject: string, storageCount: number): string {
  return `${workload} ${subject} ${storageCount}`;
}

async function* takeSamples(
  sampler: Sampler,
  tasks: readonly SampleTask[],
  onSample: (subject: string, storageCount: number) => void,
): AsyncGenerator<[subject: string, outcome: SampleOutcome]> {
  if (sampler.sampleTogether === undefined) {
    for (const task of tasks) {
      onSample(task.subject, task.storageCount);
      yield [task.subject, await sampler.sample(task)];
    }
    return;
  }
  for (const { subject, storageCount } of tasks) onSample(subject, storageCount);
  const outcomes = await sampler.sampleTogether(tasks);
  for (const [index, { subject }] of tasks.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined) throw new Error(`The sampler returned no outcome for the subject ${subject}.`);
    yield [subject, outcome];
  }
}

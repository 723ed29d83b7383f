/**
 * Takes the samples of a workload. All subjects and numbers of storages take turns, round by round, so that a slow minute of
 * the machine is a slow minute for all of them.
 */
import { cpus } from 'node:os';
import type { Place, SampleAnswer, Session, Task } from '../suite/environment.js';
import type { PaceName } from '../suite/sample-budget.js';
import { measuredWith, type Suite, subjectsOf } from '../suite/suite.js';
import type { Cell, Measurement } from './results.js';

export interface Plan {
  readonly suite: Suite;
  readonly place: Place;
  readonly workload: string;
  readonly rounds: number;
  readonly pace: PaceName;
}

/** Called before each sample with what it is of. */
export type Progress = (subject: string, k: number, round: number) => void;

/** How many samples a plan takes at most. */
export function sampleCount({ suite, workload, rounds }: Plan): number {
  return (suite.workloads[workload]?.ks.length ?? 0) * subjectsOf(suite, workload).length * rounds;
}

/** Subjects that do not do here what they are for, and why. */
export async function findAbsent(suite: Suite, place: Place, session: Session): Promise<Record<string, string>> {
  const absent: Record<string, string> = {};
  for (const subject of Object.keys(suite.subjects)) {
    const answer = await session.check(subject);
    if ('lost' in answer) absent[subject] = peers(suite, place, subject, 'its values do not follow an await here');
  }
  return absent;
}

/** A peer that loses a value has no figure. If Throughline does, all figures are in doubt. */
function peers(suite: Suite, place: Place, subject: string, reason: string): string {
  if (suite.subjects[subject]?.isOurs) throw new Error(`${suite.subjects[subject].title} on ${place.name}: ${reason}`);
  return reason;
}

/**
 * @param known subjects that are absent, and why
 * @returns by workload: the plan's own, and those that are measured with it
 */
export async function measure(
  plan: Plan,
  session: Session,
  known: Readonly<Record<string, string>>,
  progress: Progress,
): Promise<Record<string, Measurement>> {
  const { suite, workload, rounds } = plan;
  const absent = { ...known };
  const figures = new Map<string, number[]>();
  let version = '';
  for (let number = 0; number < rounds; number++) {
    version = await takeRound(plan, session, absent, figures, (subject, k) => progress(subject, k, number));
  }
  const [cpu] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  const machine = { cpu: cpu?.model.trim() ?? 'unknown', cores: cpus().length };
  return Object.fromEntries(
    measuredWith(suite, workload).flatMap((name): [string, Measurement][] => {
      const cells = (suite.workloads[name]?.ks ?? []).flatMap((k) =>
        subjectsOf(suite, name).flatMap((subject): Cell[] => {
          const found = absent[subject] === undefined ? figures.get(`${name} ${subject} ${k}`) : undefined;
          return found === undefined ? [] : [{ subject, k, figures: found }];
        }),
      );
      // What cannot be read here has none.
      return cells.length === 0 ? [] : [[name, { version, date, ...machine, processes: rounds, cells, absent }]];
    }),
  );
}

/** @returns the version of what was measured */
async function takeRound(
  { suite, place, workload, pace }: Plan,
  session: Session,
  absent: Record<string, string>,
  figures: Map<string, number[]>,
  progress: (subject: string, k: number) => void,
): Promise<string> {
  let version = '';
  for (const k of suite.workloads[workload]?.ks ?? []) {
    const subjects = subjectsOf(suite, workload).filter((subject) => {
      if (absent[subject] !== undefined) progress(subject, k);
      return absent[subject] === undefined;
    });
    const tasks = subjects.map((subject): Task => ({ subject, workload, k, pace }));
    for await (const [subject, answer] of answers(session, tasks, progress)) {
      version = answer.version;
      if ('lost' in answer) {
        absent[subject] = peers(suite, place, subject, `${answer.lost} in ${workload} with ${k}`);
        continue;
      }
      for (const [name, figure] of Object.entries(answer.figures)) {
        const key = `${name} ${subject} ${k}`;
        figures.set(key, [...(figures.get(key) ?? []), Number(figure.toPrecision(5))]);
      }
    }
  }
  return version;
}

async function* answers(
  session: Session,
  tasks: readonly Task[],
  progress: (subject: string, k: number) => void,
): AsyncGenerator<[subject: string, answer: SampleAnswer]> {
  if (session.sampleTogether === undefined) {
    for (const task of tasks) {
      progress(task.subject, task.k);
      yield [task.subject, await session.sample(task)];
    }
    return;
  }
  for (const { subject, k } of tasks) progress(subject, k);
  const together = await session.sampleTogether(tasks);
  for (const [index, { subject }] of tasks.entries()) {
    const answer = together[index];
    if (answer === undefined) throw new Error(`${subject} has no answer`);
    yield [subject, answer];
  }
}

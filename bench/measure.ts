/**
 * Takes the samples of a workload. Each is a process of its own; all subjects and numbers of storages take turns, round
 * by round, so that a slow minute of the machine is a slow minute for all of them.
 */
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { PaceName } from './pace.js';
import type { Cell, Measurement } from './results.js';
import type { Runtime } from './runtimes.js';
import type { SampleAnswer } from './sample.js';
import { SUBJECTS, type SubjectName } from './subjects/subject.js';
import { WORKLOADS, type WorkloadName } from './workloads/index.js';

const SAMPLE = fileURLToPath(new URL('./sample.js', import.meta.url));
const LIMIT_MS = 120_000;

export interface Plan {
  readonly runtime: Runtime;
  readonly workload: WorkloadName;
  readonly processes: number;
  readonly pace: PaceName;
}

/** Called before each sample with what it is of. */
export type Progress = (subject: SubjectName, k: number, round: number) => void;

/** How many samples a plan takes at most. */
export function sampleCount({ workload, processes }: Plan): number {
  return WORKLOADS[workload].ks.length * SUBJECTS.length * processes;
}

export async function measure(plan: Plan, progress: Progress): Promise<Measurement> {
  const { runtime, workload, processes, pace } = plan;
  const absent = await findAbsent(runtime);
  const figures = new Map<string, number[]>();
  let version = '';
  for (let round = 0; round < processes; round++) {
    for (const k of WORKLOADS[workload].ks) {
      for (const subject of SUBJECTS) {
        progress(subject, k, round);
        if (absent[subject] !== undefined) continue;
        const answer = await takeSample(runtime, [subject, workload, String(k), pace]);
        version = answer.version;
        if ('figure' in answer) {
          const key = `${subject} ${k}`;
          figures.set(key, [...(figures.get(key) ?? []), Number(answer.figure.toPrecision(5))]);
        } else {
          absent[subject] = isOurs(subject, runtime, `${answer.lost} in ${workload} with ${k}`);
        }
      }
    }
  }
  const cells = WORKLOADS[workload].ks.flatMap((k) =>
    SUBJECTS.filter((subject) => absent[subject] === undefined).map(
      (subject): Cell => ({ subject, k, figures: figures.get(`${subject} ${k}`) ?? [] }),
    ),
  );
  const [cpu] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return { version, date, cpu: cpu?.model.trim() ?? 'unknown', cores: cpus().length, processes, cells, absent };
}

async function findAbsent(runtime: Runtime): Promise<Partial<Record<SubjectName, string>>> {
  const absent: Partial<Record<SubjectName, string>> = {};
  for (const subject of SUBJECTS) {
    const answer = await takeSample(runtime, [subject]);
    if ('lost' in answer) absent[subject] = isOurs(subject, runtime, 'its values do not follow an await here');
  }
  return absent;
}

/** A peer that loses a value has no figure. If Throughline does, all figures are in doubt. */
function isOurs(subject: SubjectName, runtime: Runtime, reason: string): string {
  if (subject === 'throughline') throw new Error(`Throughline on ${runtime.name}: ${reason}`);
  return reason;
}

function takeSample(runtime: Runtime, args: readonly string[]): Promise<SampleAnswer> {
  const [command, ...prefix] = runtime.command;
  const what = `${runtime.name} ${args.join(' ')}`;
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...prefix, SAMPLE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', (error) => {
      clearTimeout(limit);
      reject(new Error(`${what} did not start: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      // What sample.ts prints.
      if (code === 0) resolve(JSON.parse(output) as SampleAnswer);
      else reject(new Error(`${what} ended with ${signal ?? `code ${code}`}\n${errors}`));
    });
  });
}

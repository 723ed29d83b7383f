/** The figures as they are kept in docs/bench, one file for each runtime. All else is worked out from them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SubjectName } from './subjects/subject.js';
import type { WorkloadName } from './workloads/index.js';

/** One subject with one number of storages: a figure from each process, in the order of the rounds. */
export interface Cell {
  readonly subject: SubjectName;
  readonly k: number;
  readonly figures: readonly number[];
}

export interface Measurement {
  readonly version: string;
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly processes: number;
  readonly cells: readonly Cell[];
  /** Subjects without figures, and why. */
  readonly absent: Partial<Record<SubjectName, string>>;
}

export interface Results {
  readonly runtime: string;
  readonly workloads: Partial<Record<WorkloadName, Measurement>>;
}

export function readResults(folder: string, runtime: string): Results {
  const path = join(folder, `${runtime}.json`);
  // Nothing but writeResults writes these files.
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : { runtime, workloads: {} };
}

export function readAllResults(folder: string): Results[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readResults(folder, name.slice(0, -'.json'.length)));
}

export function writeResults(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${results.runtime}.json`), `${JSON.stringify(results, null, 2)}\n`);
}

export function findCell(measurement: Measurement, subject: SubjectName, k: number): Cell | undefined {
  return measurement.cells.find((cell) => cell.subject === subject && cell.k === k);
}

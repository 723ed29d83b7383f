/**
 * The measured figures, one JSON file per environment in docs/bench. Tables and plots are computed from these files.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasEnvironment, type Suite } from '../suite/suite.js';

/** One subject with one number of storages: one figure per round, in the order of the rounds. */
export interface Cell {
  readonly subject: string;
  readonly storageCount: number;
  readonly figures: readonly number[];
}

/** One workload in one environment. */
export interface Measurement {
  readonly version: string;
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly rounds: number;
  readonly cells: readonly Cell[];
  /** The subjects without figures, with the reasons. */
  readonly excluded: Readonly<Record<string, string>>;
}

/** Everything that was measured in one environment. */
export interface Results {
  readonly environment: string;
  readonly workloads: Readonly<Record<string, Measurement>>;
}

/** Reads the results of an environment; they are empty if it has no file yet. */
export function readResults(folder: string, environment: string): Results {
  const path = join(folder, `${environment}.json`);
  // Only writeResults() writes these files, so they have the type.
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : { environment, workloads: {} };
}

/** Reads the results of all environments of a suite that have a file, in the order of docs/benchmarks.md. */
export function readAllResults(folder: string, suite: Suite): Results[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && hasEnvironment(suite, name))
    .map((name) => readResults(folder, name.slice(0, -'.json'.length)))
    .sort((a, b) => suite.pageRank(a.environment) - suite.pageRank(b.environment));
}

export function writeResults(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${results.environment}.json`), `${JSON.stringify(results, null, 2)}\n`);
}

export function findCell(measurement: Measurement, subject: string, storageCount: number): Cell | undefined {
  return measurement.cells.find((cell) => cell.subject === subject && cell.storageCount === storageCount);
}

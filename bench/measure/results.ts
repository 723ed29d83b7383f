/** The figures as they are kept in docs/bench, one file for each place. All else is worked out from them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPlace, type Suite } from '../suite/suite.js';

/** One subject with one number of storages: a figure from each round, in their order. */
export interface Cell {
  readonly subject: string;
  readonly k: number;
  readonly figures: readonly number[];
}

export interface Measurement {
  readonly version: string;
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  /** How many samples each figure is the median of. */
  readonly processes: number;
  readonly cells: readonly Cell[];
  /** Subjects without figures, and why. */
  readonly absent: Readonly<Record<string, string>>;
}

export interface Results {
  /** The place. */
  readonly runtime: string;
  readonly workloads: Readonly<Record<string, Measurement>>;
}

export function readResults(folder: string, place: string): Results {
  const path = join(folder, `${place}.json`);
  // Nothing but writeResults writes these files.
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : { runtime: place, workloads: {} };
}

/** Of all places of a suite that have some, in the order of the README. */
export function readAllResults(folder: string, suite: Suite): Results[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && hasPlace(suite, name))
    .map((name) => readResults(folder, name.slice(0, -'.json'.length)))
    .sort((a, b) => suite.rank(a.runtime) - suite.rank(b.runtime));
}

export function writeResults(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${results.runtime}.json`), `${JSON.stringify(results, null, 2)}\n`);
}

export function findCell(measurement: Measurement, subject: string, k: number): Cell | undefined {
  return measurement.cells.find((cell) => cell.subject === subject && cell.k === k);
}

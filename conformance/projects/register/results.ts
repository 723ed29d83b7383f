/**
 * `results.json` states how each application ran in each way. `npm run registered -- --write` replaces the results of
 * what it has run, and formats the tables of `docs/register.md` from the file.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Agent, Format, NodeName, Order } from './registered-app.js';

/** How an application ran in one way. */
export interface WayResult {
  readonly title: string;
  readonly node: NodeName;
  readonly agent: Agent;
  readonly format: Format;
  readonly order: Order;
  /** How many storages of Node's own class held a value in a request. */
  readonly native?: number;
  /** What was wrong, and what is wrong without register, if anything. */
  readonly problem?: string;
  readonly problemWithoutRegister?: string;
}

/** Versions of packages by name: there are several if not all versions of Node have the same. */
export type InstalledVersions = Readonly<Record<string, readonly string[]>>;

export interface Results {
  /** By project. */
  readonly versions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly ways: readonly WayResult[];
}

const FILE = new URL('../../../../conformance/projects/register/results.json', import.meta.url);

export async function readResults(): Promise<Results> {
  return JSON.parse(await readFile(FILE, 'utf8'));
}

export async function writeResults(results: Results): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(results, undefined, 2)}\n`);
}

const keyOf = ({ title, node, agent, format, order }: WayResult) => [title, node, agent, format, order].join();

/** Puts newer results in place of older ones. */
export function mergeResults(older: Results, newer: Results): Results {
  const ways = new Map([...older.ways, ...newer.ways].map((way) => [keyOf(way), way]));
  return {
    versions: { ...older.versions, ...newer.versions },
    ways: [...ways.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, way]) => way),
  };
}

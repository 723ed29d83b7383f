/** Runs a suite alone and with a preload, on one or more versions of Node. */
import { join } from 'node:path';
import { installRuntime } from '../runtimes/install-runtime.js';
import { runtimes } from '../runtimes/runtimes.js';
import { type Comparison, compareFile, sumComparisons } from './compare-runs.js';
import { SUITES_FOLDER } from './install-suite.js';
import { type NodeVersion, titleOfNode } from './node-versions.js';
import type { Preload } from './preloads.js';
import type { PreparedSuite } from './prepared-suite.js';
import { runTestFile } from './run-test-file.js';
import type { TestFile } from './suite.js';

/** What the processes of all suites print. */
export const LOGS_FOLDER = join(SUITES_FOLDER, 'logs');

export interface SuiteRun {
  /** The versions of its tests: those of Node differ. */
  readonly version: string;
  readonly results: Readonly<Partial<Record<NodeVersion, Comparison>>>;
  /** Tests that pass alone only and are not listed as differences, and the opposite. */
  readonly problems: readonly string[];
}

/** @param jobs how many test files run at a time */
export async function runSuite(
  suite: PreparedSuite,
  preload: Preload,
  nodes: readonly NodeVersion[],
  jobs: number,
): Promise<SuiteRun> {
  const { title, on } = suite;
  const versions = new Set<string>();
  const results: Partial<Record<NodeVersion, Comparison>> = {};
  const problems: string[] = [];
  for (const key of nodes) {
    const startTime = performance.now();
    const node = await installRuntime(runtimes[key]);
    const { version, files } = on(key);
    const logs = join(LOGS_FOLDER, title.replace('/', '__'), key);
    const comparison = await compareFiles(files, preload, node, logs, jobs);
    versions.add(version);
    results[key] = comparison;
    const { tests, passedAlone, passedPreloaded } = comparison;
    const seconds = ((performance.now() - startTime) / 1000).toFixed(0);
    const place = `${title} ${version}, ${titleOfNode(key)}`;
    const counts = `${tests} tests, ${passedAlone} pass alone, ${passedPreloaded} of them ${preload.word}`;
    console.log(`${place}: ${files.length} files, ${counts} (${seconds} s)`);
    problems.push(...findProblems(suite, preload, key, comparison).map((problem) => `${place}: ${problem}`));
  }
  return { version: [...versions].join(', '), results, problems };
}

async function compareFiles(
  files: readonly TestFile[],
  preload: Preload,
  node: string,
  logs: string,
  jobs: number,
): Promise<Comparison> {
  const comparisons = new Map<string, Comparison>();
  const queue = [...files];
  const runNext = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const file = next;
      const comparison = await compareFile((way) =>
        way === 'alone'
          ? runTestFile(file, { node, preload: undefined, logs: join(logs, way) })
          : runTestFile(file, { node, preload, logs: join(logs, preload.word) }),
      );
      comparisons.set(file.name, comparison);
    }
  };
  await Promise.all(Array.from({ length: jobs }, runNext));
  return sumComparisons(comparisons);
}

/** Compares the tests that pass alone only with the differences that are listed. */
function findProblems(
  { differences }: PreparedSuite,
  preload: Preload,
  node: NodeVersion,
  comparison: Comparison,
): string[] {
  const { passedAlone, failedPreloaded } = comparison;
  if (passedAlone === 0) return ['no test passes alone, so the suite lacks something that it needs'];
  const known = differences
    .filter(({ nodes, withPreload }) => nodes.includes(node) && withPreload === preload.word)
    .flatMap(({ tests }) => tests);
  return [
    ...failedPreloaded.filter((test) => !known.includes(test)).map((test) => `passes alone only: ${test}`),
    ...known
      .filter((test) => !failedPreloaded.includes(test))
      .map((test) => `listed as a difference, but equal: ${test}`),
  ];
}

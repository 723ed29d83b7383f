/** Finds problems in the results of the matrix. Each problem makes the command fail, and is printed as one line. */
import { differences, findDifference } from '../differences.js';
import { isPeer, isThroughline } from '../implementations.js';
import type { Matrix } from './results.js';

/** Returns the failures of Throughline and of the runtimes' own classes that no entry of `differences.ts` explains. */
export function findUnexplainedFailures(matrix: Matrix): string[] {
  return findFailures(matrix).flatMap(({ key, title, implementation, name, reason }) =>
    findDifference(key, implementation, name) === undefined ? [`${title}, ${implementation}: ${name}: ${reason}`] : [],
  );
}

/** Returns the entries of `differences.ts` that explain no failure. Only a matrix with all columns reveals them. */
export function findStaleDifferences(matrix: Matrix): string[] {
  const explained = new Set<string>();
  for (const { key, implementation, name } of findFailures(matrix)) {
    const difference = findDifference(key, implementation, name);
    if (difference !== undefined) explained.add(`${differences.indexOf(difference)} ${name}`);
  }
  return differences.flatMap((difference, index) =>
    difference.cases
      .filter((name) => !explained.has(`${index} ${name}`))
      .map((name) => `differences.ts has an entry that explains no failure in any column: ${name}`),
  );
}

/**
 * Returns the cases that are absent in some version of Node and that no browser and no other server runtime has run.
 * Every version of Node has what a case for servers needs, apart from new features of the language, and at least one
 * browser has what a case for pages needs. Only a matrix with all columns reveals such cases.
 */
export function findCasesNeverRun(matrix: Matrix): string[] {
  const absentInNode = new Map<string, string[]>();
  const runElsewhere = new Set<string>();
  for (const [key, { title, results }] of matrix) {
    for (const [implementation, caseResults] of results) {
      if (!isThroughline(implementation)) continue;
      for (const { name, outcome, reason } of caseResults) {
        if (!key.startsWith('node') && outcome !== 'absent') runElsewhere.add(name);
        if (key.startsWith('node') && outcome === 'absent') {
          absentInNode.set(name, [...(absentInNode.get(name) ?? []), `${title}: ${reason}`]);
        }
      }
    }
  }
  return [...absentInNode]
    .filter(([name]) => !runElsewhere.has(name))
    .map(
      ([name, reasons]) =>
        `No browser, no other runtime and not every Node has run this case: ${name} (${reasons.join('; ')})`,
    );
}

/** Returns all failures except those of the peers, which need no explanation. */
export function findFailures(matrix: Matrix) {
  return [...matrix].flatMap(([key, { title, results }]) =>
    [...results].flatMap(([implementation, caseResults]) =>
      isPeer(implementation)
        ? []
        : caseResults
            .filter(({ outcome }) => outcome === 'fail')
            .map(({ name, reason }) => ({ key, title, implementation, name, reason })),
    ),
  );
}

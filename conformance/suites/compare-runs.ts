/**
 * Compares the tests of a file that were run alone with those that were run registered.
 *
 * Some tests depend on timing. If a test passes alone and not registered, its file is therefore run again in both ways.
 * A test that fails alone in any round does not count, and one that passes registered in any round counts as passed.
 */
import type { Outcome, Results } from './results.js';

/** Runs a test file. */
export type RunFile = (way: 'alone' | 'registered') => Promise<Results>;

/** How many tests there are, and what they did. */
export interface Comparison {
  /** The tests that ran alone, except those that it skipped. */
  readonly tests: number;
  readonly passedAlone: number;
  /** How many of those that passed alone passed registered. */
  readonly passedRegistered: number;
  /** The names of the others. */
  readonly failedRegistered: readonly string[];
}

const MAX_ROUNDS = 5;

export async function compareFile(run: RunFile): Promise<Comparison> {
  let alone = await run('alone');
  let registered = await run('registered');
  for (let round = 1; round < MAX_ROUNDS && failures(alone, registered).length > 0; round++) {
    alone = merge(alone, await run('alone'), 'failed');
    registered = merge(registered, await run('registered'), 'passed');
  }
  const outcomes = [...alone.values()];
  const passedAlone = outcomes.filter((outcome) => outcome === 'passed').length;
  const failedRegistered = failures(alone, registered);
  return {
    tests: outcomes.filter((outcome) => outcome !== 'skipped').length,
    passedAlone,
    passedRegistered: passedAlone - failedRegistered.length,
    failedRegistered,
  };
}

/** Returns the tests that passed alone, and failed, were skipped or did not run registered. */
function failures(alone: Results, registered: Results): string[] {
  return [...alone.keys()].filter((name) => alone.get(name) === 'passed' && registered.get(name) !== 'passed');
}

/**
 * Returns the results of two rounds.
 * @param decisive the outcome that a test has if it had it in one of the rounds. One that is missing in a round has failed
 */
function merge(first: Results, second: Results, decisive: Outcome): Results {
  const names = new Set([...first.keys(), ...second.keys()]);
  return new Map(
    [...names].map((name) => {
      const outcomes = [first.get(name) ?? 'failed', second.get(name) ?? 'failed'];
      return [name, outcomes.includes(decisive) ? decisive : (outcomes[0] as Outcome)];
    }),
  );
}

/** Adds the comparisons of files. @param comparisons by the name of the file, which is put before the names of tests */
export function sumComparisons(comparisons: ReadonlyMap<string, Comparison>): Comparison {
  const values = [...comparisons.values()];
  const sum = (count: (comparison: Comparison) => number) => values.reduce((total, value) => total + count(value), 0);
  return {
    tests: sum(({ tests }) => tests),
    passedAlone: sum(({ passedAlone }) => passedAlone),
    passedRegistered: sum(({ passedRegistered }) => passedRegistered),
    failedRegistered: [...comparisons].flatMap(([file, { failedRegistered }]) =>
      failedRegistered.map((name) => (name === file ? file : `${file} > ${name}`)),
    ),
  };
}

/**
 * Compares the tests of a file that were run alone with those that were run with a preload.
 *
 * Some tests depend on timing. If a test passes alone only, its file is therefore run again in both ways.
 * A test that fails alone in any round does not count, and one that passes with the preload in any round counts as passed.
 */
import type { Outcome, Results } from './results.js';

/** Runs a test file. */
export type RunFile = (way: 'alone' | 'preloaded') => Promise<Results>;

/** How many tests there are, and what they did. */
export interface Comparison {
  /** The tests that ran alone, except those that it skipped. */
  readonly tests: number;
  readonly passedAlone: number;
  /** How many of those that passed alone passed with the preload. */
  readonly passedPreloaded: number;
  /** The names of the others. */
  readonly failedPreloaded: readonly string[];
}

const MAX_ROUNDS = 5;

export async function compareFile(run: RunFile): Promise<Comparison> {
  let alone = await run('alone');
  let preloaded = await run('preloaded');
  for (let round = 1; round < MAX_ROUNDS && failures(alone, preloaded).length > 0; round++) {
    alone = merge(alone, await run('alone'), 'failed');
    preloaded = merge(preloaded, await run('preloaded'), 'passed');
  }
  const outcomes = [...alone.values()];
  const passedAlone = outcomes.filter((outcome) => outcome === 'passed').length;
  const failedPreloaded = failures(alone, preloaded);
  return {
    tests: outcomes.filter((outcome) => outcome !== 'skipped').length,
    passedAlone,
    passedPreloaded: passedAlone - failedPreloaded.length,
    failedPreloaded,
  };
}

/** Returns the tests that passed alone, and failed, were skipped or did not run with the preload. */
function failures(alone: Results, preloaded: Results): string[] {
  return [...alone.keys()].filter((name) => alone.get(name) === 'passed' && preloaded.get(name) !== 'passed');
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
    passedPreloaded: sum(({ passedPreloaded }) => passedPreloaded),
    failedPreloaded: [...comparisons].flatMap(([file, { failedPreloaded }]) =>
      failedPreloaded.map((name) => (name === file ? file : `${file} > ${name}`)),
    ),
  };
}

/** The outcome of each test of a file, by name. */

export type Outcome = 'passed' | 'failed' | 'skipped';

export type Results = ReadonlyMap<string, Outcome>;

/** Collects results. Tests with the same name are numbered in their order. */
export class ResultCollector {
  readonly results = new Map<string, Outcome>();

  add(name: string, outcome: Outcome): void {
    let unique = name;
    for (let count = 2; this.results.has(unique); count++) unique = `${name} (${count})`;
    this.results.set(unique, outcome);
  }
}

/**
 * The table of the conformance cases, and what its filters show. `write-conformance.ts` writes the data, and
 * `components/ConformanceTable.vue` shows it.
 */

/** One letter for each result: passed, failed, absent (the runtime lacks an API that the case needs), not run. */
export type Letter = 'p' | 'f' | 'a' | '-';

/** A run of all cases: an implementation in a runtime, a browser or an engine. */
export interface Run {
  readonly column: string;
  readonly implementation: string;
  /** The result of each case. */
  readonly results: string;
  /** The reasons of failures: index of the case -> index in `reasons`. */
  readonly reasons: Readonly<Record<number, number>>;
}

export interface ConformanceData {
  readonly columns: readonly { readonly key: string; readonly title: string; readonly section: Section }[];
  /** The names of the implementations, as the page shows them. */
  readonly implementations: Readonly<Record<string, string>>;
  readonly cases: readonly ConformanceCase[];
  readonly runs: readonly Run[];
  /** HTML. */
  readonly reasons: readonly string[];
}

export interface ConformanceCase {
  readonly chapter: string;
  readonly name: string;
  /** The path of the page that shows its source, without the base of the site. */
  readonly source: string;
}

export const SECTIONS = { servers: 'All servers', browsers: 'All browsers', engines: 'All engines' } as const;
export type Section = keyof typeof SECTIONS;

export const RESULTS = { p: 'passes', f: 'fails', a: 'not present' } as const;

/** What a reader has chosen. An empty string chooses everything. */
export interface Filter {
  /** A section, or the key of a column. */
  readonly runtime: string;
  readonly implementation: string;
  readonly chapter: string;
  readonly result: string;
  /** Words that the name of a case must contain, in any order. */
  readonly text: string;
}

export const INITIAL_FILTER: Filter = {
  runtime: 'servers',
  implementation: 'throughline',
  chapter: '',
  result: '',
  text: '',
};

/** Reads a filter from the query of an address. What does not exist chooses what is chosen at first. */
export function readFilter(data: ConformanceData, query: URLSearchParams): Filter {
  const isKnown: Readonly<Record<keyof Filter, (value: string) => boolean>> = {
    runtime: (value) => Object.hasOwn(SECTIONS, value) || data.columns.some(({ key }) => key === value),
    implementation: (value) => value === '' || data.runs.some(({ implementation }) => implementation === value),
    chapter: (value) => value === '' || data.cases.some(({ chapter }) => chapter === value),
    result: (value) => value === '' || Object.hasOwn(RESULTS, value),
    text: () => true,
  };
  const entries = (Object.keys(INITIAL_FILTER) as (keyof Filter)[]).map((key) => {
    const value = query.get(key);
    return [key, value !== null && isKnown[key](value) ? value : INITIAL_FILTER[key]];
  });
  return Object.fromEntries(entries);
}

/** Returns the query of an address that `readFilter()` reads. It is empty for what is chosen at first. */
export function writeFilter(filter: Filter): string {
  const chosen = Object.entries(filter).filter(([key, value]) => value !== INITIAL_FILTER[key as keyof Filter]);
  return new URLSearchParams(chosen).toString();
}

/** Returns the runs that are columns of the table. */
export function shownRuns(data: ConformanceData, { runtime, implementation }: Filter): Run[] {
  const keys = data.columns.filter(({ key, section }) => key === runtime || section === runtime).map(({ key }) => key);
  return keys.flatMap((key) =>
    data.runs.filter((run) => run.column === key && (implementation === '' || run.implementation === implementation)),
  );
}

/** Returns the implementations that have run in the chosen runtimes. */
export function implementationsIn(data: ConformanceData, filter: Filter): string[] {
  const runs = shownRuns(data, { ...filter, implementation: '' });
  return [...new Set(runs.map((run) => run.implementation))];
}

/** Returns the indices of the cases that are rows of the table: those that at least one of its columns has run. */
export function shownCases(data: ConformanceData, runs: readonly Run[], filter: Filter): number[] {
  const words = filter.text.toLowerCase().split(/\s+/);
  return [...data.cases.keys()].filter((index) => {
    const { chapter, name } = data.cases[index] as ConformanceCase;
    if (filter.chapter !== '' && chapter !== filter.chapter) return false;
    const letters = runs.map((run) => letterOf(run, index));
    // As on the page, a case whose API all of these runtimes lack is shown only to those who ask for such cases.
    if (
      filter.result === ''
        ? !letters.some((letter) => letter === 'p' || letter === 'f')
        : !letters.includes(filter.result as Letter)
    ) {
      return false;
    }
    return words.every((word) => name.toLowerCase().includes(word));
  });
}

export function letterOf(run: Run, index: number): Letter {
  return (run.results[index] as Letter | undefined) ?? '-';
}

/** Counts the results in the rows and columns of the table. */
export function countResults(runs: readonly Run[], cases: readonly number[]): Record<keyof typeof RESULTS, number> {
  const counts = { p: 0, f: 0, a: 0 };
  for (const run of runs) {
    for (const index of cases) {
      const letter = letterOf(run, index);
      if (letter !== '-') counts[letter]++;
    }
  }
  return counts;
}

/** The reasons why a case fails in the columns of the table, each with the titles of the columns. */
export function reasonsOf(
  data: ConformanceData,
  runs: readonly Run[],
  index: number,
): { readonly runs: string; readonly reason: string }[] {
  // The title of a column with several implementations has a comma.
  const separator = new Set(runs.map((run) => run.implementation)).size > 1 ? '; ' : ', ';
  const byReason = new Map<string, string[]>();
  for (const run of runs) {
    if (letterOf(run, index) !== 'f') continue;
    const reason = data.reasons[run.reasons[index] ?? -1] ?? '';
    byReason.set(reason, [...(byReason.get(reason) ?? []), titleOf(data, run, runs)]);
  }
  return [...byReason].map(([reason, titles]) => ({ runs: titles.join(separator), reason }));
}

/** Returns the title of a column of the table. It names the implementation if the columns have several. */
export function titleOf(data: ConformanceData, run: Run, runs: readonly Run[]): string {
  const column = data.columns.find(({ key }) => key === run.column)?.title ?? run.column;
  const implementation = data.implementations[run.implementation] ?? run.implementation;
  const columns = new Set(runs.map((other) => other.column));
  const implementations = new Set(runs.map((other) => other.implementation));
  if (implementations.size <= 1) return column;
  return columns.size <= 1 ? implementation : `${column}, ${implementation}`;
}

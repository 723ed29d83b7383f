/**
 * `docs/conformance.json`: the results of the matrix, from which the page `docs/conformance.md` and the table of the
 * site are made. The file holds one letter for each result, in the order of the cases of a chapter:
 *
 *     "results": { "throughline": ["pppf", "pa-"], "native": [...] }
 *                                    │       └─ the cases of the second chapter: passed, absent, not run
 *                                    └─ the cases of the first chapter: three passed, one failed
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { CaseResult, Outcome } from '../hosts/run-cases.js';
import type { ImplementationName, Peer } from '../implementations.js';
import type { Section } from './columns.js';
import type { ColumnResults, Matrix } from './results.js';

/** All results, and the versions of the peers that ran the cases. */
export interface RecordedResults {
  readonly matrix: Matrix;
  readonly peerVersions: Readonly<Record<Peer, string>>;
}

/** The contents of the file. */
interface ResultsFile {
  readonly peers: Readonly<Record<Peer, string>>;
  readonly chapters: readonly { readonly title: string; readonly cases: readonly string[] }[];
  readonly columns: readonly {
    readonly key: string;
    readonly title: string;
    readonly section: Section;
    readonly version: string;
    readonly results: Readonly<Partial<Record<ImplementationName, readonly string[]>>>;
  }[];
}

const FILE = new URL('../../../docs/conformance.json', import.meta.url);

const letters: Readonly<Record<Outcome, string>> = { pass: 'p', fail: 'f', absent: 'a' };
const NOT_RUN = '-';

/** Reads the file. The results have no reasons: those of failures are in `differences.ts`. */
export function readRecordedResults(): RecordedResults {
  return parseResults(readFileSync(FILE, 'utf8'));
}

export function writeRecordedResults(results: RecordedResults): void {
  writeFileSync(FILE, formatResults(results));
}

/** Returns the contents of the file. The chapters and cases have the order in which the columns have run them. */
export function formatResults({ matrix, peerVersions }: RecordedResults): string {
  const chapters = chaptersOf(matrix);
  const file: ResultsFile = {
    peers: peerVersions,
    chapters: [...chapters].map(([title, cases]) => ({ title, cases: [...cases] })),
    columns: [...matrix].map(([key, { title, section, version, results }]) => ({
      key,
      title,
      section,
      version,
      results: Object.fromEntries(
        [...results].map(([implementation, caseResults]) => [implementation, encode(caseResults, chapters)]),
      ),
    })),
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** Reads the contents of the file. */
export function parseResults(text: string): RecordedResults {
  const { peers, chapters, columns } = JSON.parse(text) as ResultsFile;
  const decode = (encoded: readonly string[]): CaseResult[] =>
    chapters.flatMap(({ title, cases }, index) =>
      cases.flatMap((name, position) => {
        const letter = encoded[index]?.[position] ?? NOT_RUN;
        const outcome = (Object.keys(letters) as Outcome[]).find((key) => letters[key] === letter);
        return outcome === undefined ? [] : [{ chapter: title, name, outcome }];
      }),
    );
  const matrix = columns.map(({ key, results, ...column }): [string, ColumnResults] => [
    key,
    {
      ...column,
      results: new Map(
        (Object.entries(results) as [ImplementationName, readonly string[]][]).map(([implementation, encoded]) => [
          implementation,
          decode(encoded),
        ]),
      ),
    },
  ]);
  return { matrix: new Map(matrix), peerVersions: peers };
}

/**
 * Returns the cases of each chapter. A case that the first column has not run follows the case that precedes it in the
 * first column that has.
 */
function chaptersOf(matrix: Matrix): Map<string, Set<string>> {
  const chapters = new Map<string, string[]>();
  for (const { results } of matrix.values()) {
    for (const caseResults of results.values()) {
      let previous: CaseResult | undefined;
      for (const result of caseResults) {
        const cases = chapters.get(result.chapter) ?? [];
        chapters.set(result.chapter, cases);
        if (!cases.includes(result.name)) {
          const place = previous?.chapter === result.chapter ? cases.indexOf(previous.name) + 1 : 0;
          cases.splice(place, 0, result.name);
        }
        previous = result;
      }
    }
  }
  return new Map([...chapters].map(([title, cases]) => [title, new Set(cases)]));
}

function encode(caseResults: readonly CaseResult[], chapters: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...chapters].map(([title, cases]) => {
    const outcomes = new Map(
      caseResults.filter(({ chapter }) => chapter === title).map(({ name, outcome }) => [name, letters[outcome]]),
    );
    return [...cases].map((name) => outcomes.get(name) ?? NOT_RUN).join('');
  });
}

/** Makes the page `docs/conformance.md` of the results of the matrix. */
import { differences, findDifference } from './differences.js';
import { type ImplementationName, implementationNames } from './implementations.js';
import type { Outcome, Result } from './run-cases.js';
import { type Runtime, runtimes } from './runtimes.js';

/** The results of all cases: by key of the runtime, by implementation. */
export type Matrix = ReadonlyMap<string, ReadonlyMap<ImplementationName, readonly Result[]>>;

const mark: Readonly<Record<Outcome, string>> = { pass: '✓', fail: '✗', absent: '–' };

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** The two rows of a table: what its first column has, and a column for each runtime. */
function head(first: string, matrix: Matrix): string[] {
  const titles = [...matrix.keys()].map((runtime) => runtimes[runtime]?.title ?? runtime);
  return [row([first, ...titles]), row(['---', ...titles.map(() => ':-:')])];
}

/** How many cases pass, by runtime and implementation. */
export function summary(matrix: Matrix): string {
  const rows = implementationNames.map((implementation) => {
    const counts = [...matrix.values()].map((byImplementation) => {
      const results = byImplementation.get(implementation) ?? [];
      const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length;
      return `${count('pass')} of ${results.length - count('absent')}`;
    });
    return row([implementation === 'throughline' ? '**Throughline**' : 'the runtime’s own class', ...counts]);
  });
  return [...head('cases that pass', matrix), ...rows].join('\n');
}

export function table(matrix: Matrix): string {
  const columns = [...matrix.keys()];
  const cell = (runtime: string, name: string) =>
    implementationNames
      .map((implementation) => {
        const result = matrix
          .get(runtime)
          ?.get(implementation)
          ?.find((one) => one.name === name);
        if (result === undefined) return ' ';
        const difference = result.outcome === 'fail' ? findDifference(runtime, implementation, name) : undefined;
        return difference === undefined
          ? mark[result.outcome]
          : `${mark.fail}[^${differences.indexOf(difference) + 1}]`;
      })
      .join(' ');

  const all = matrix.values().next().value?.values().next().value ?? [];
  const chapters = [...new Set(all.map((result) => result.chapter))];
  const sections = chapters.flatMap((chapter) => [
    `## ${chapter}`,
    '',
    ...head('', matrix),
    ...all
      .filter((result) => result.chapter === chapter)
      .map(({ name }) => row([name.replaceAll('|', '\\|'), ...columns.map((runtime) => cell(runtime, name))])),
    '',
  ]);

  return [
    '# Conformance',
    '',
    'Every case of `conformance/cases`, on every runtime, on Throughline and on the runtime’s own classes. This page is',
    'written by `npm run conformance`; the cases themselves are the specification.',
    '',
    summary(matrix),
    '',
    'In each cell of the tables below, the first mark is Throughline and the second is the runtime’s own',
    '`AsyncLocalStorage` and `AsyncResource`: ✓ the promise is kept, ✗ it is not (the footnote says why), – the runtime or',
    'the implementation does not have what the case asks for.',
    '',
    ...versions(columns),
    '',
    ...sections,
    ...differences.map(({ reason }, index) => `[^${index + 1}]: ${reason}`),
    '',
  ].join('\n');
}

function versions(columns: readonly string[]): string[] {
  const shown = columns
    .map((key) => runtimes[key])
    .filter((runtime): runtime is Runtime => runtime !== undefined)
    .map(({ title, version }) => `${title}: ${version}`);
  return [`Versions: ${[...new Set(shown)].join(', ')}.`];
}

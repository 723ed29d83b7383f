/** Makes the page `docs/conformance.md` of the results of the matrix. */
import { differences, findDifference } from './differences.js';
import { type ImplementationName, implementationNames } from './implementations.js';
import type { Outcome, Result } from './run-cases.js';
import { type Runtime, runtimes } from './runtimes.js';

/** The results of all cases: by key of the runtime, by implementation. */
export type Matrix = ReadonlyMap<string, ReadonlyMap<ImplementationName, readonly Result[]>>;

const mark: Readonly<Record<Outcome, string>> = { pass: '✓', fail: '✗', absent: '–' };

export function table(matrix: Matrix): string {
  const columns = [...matrix.keys()];
  const titles = columns.map((runtime) => runtimes[runtime]?.title ?? runtime);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = (first: string) => [row([first, ...titles]), row(['---', ...titles.map(() => ':-:')])];

  const summary = implementationNames.map((implementation) => {
    const counts = columns.map((runtime) => {
      const results = matrix.get(runtime)?.get(implementation) ?? [];
      const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length;
      const asked = results.length - count('absent');
      return `${count('pass')} of ${asked}`;
    });
    return row([implementation === 'throughline' ? '**Throughline**' : 'the runtime’s own class', ...counts]);
  });

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
    ...head(''),
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
    ...head('cases that pass'),
    ...summary,
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

/** Makes the page `docs/conformance.md` of the results of the matrix, and the summary of it for the README. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { differences, findDifference } from '../differences.js';
import type { Outcome, Result } from '../hosts/run-cases.js';
import { type ImplementationName, modes, type Peer, peers, serverImplementations } from '../implementations.js';
import type { Column } from './columns.js';

export interface ColumnResults {
  readonly title: string;
  readonly part: Column['part'];
  /** Of the runtime or browser. */
  readonly version: string;
  readonly results: ReadonlyMap<ImplementationName, readonly Result[]>;
}

/** The results of all cases, by key of the column. */
export type Matrix = ReadonlyMap<string, ColumnResults>;

/** A column of one of the two tables: its cells show these runs, one mark each, or one for all that agree. */
interface Shown {
  readonly title: string;
  readonly runs: readonly (readonly [key: string, implementation: ImplementationName])[];
  readonly merged: boolean;
}

const mark: Readonly<Record<Outcome, string>> = { pass: '✓', fail: '✗', absent: '–' };

const labels: Readonly<Record<ImplementationName, string>> = {
  throughline: '**Throughline**',
  native: 'the runtime’s own class',
  transform: '**Throughline**, transform',
  interception: '**Throughline**, interception',
  both: '**Throughline**, both',
  'zone.js': 'zone.js',
  'als-browser': 'als-browser',
  'simple-async-context': 'simple-async-context',
};

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const head = (first: string, titles: readonly string[]) => [
  row([first, ...titles]),
  row(['---', ...titles.map(() => ':-:')]),
];

const columnsOf = (matrix: Matrix, part: Column['part']) => [...matrix].filter(([, column]) => column.part === part);

/** How many cases pass, by column and implementation. */
export function summary(matrix: Matrix): string {
  return [
    ...counts(matrix, 'servers', 'cases that pass, on servers', serverImplementations),
    '',
    ...counts(matrix, 'browsers', 'cases that pass, in browsers', [...modes, ...peers]),
  ].join('\n');
}

function counts(
  matrix: Matrix,
  part: Column['part'],
  first: string,
  implementations: readonly ImplementationName[],
): string[] {
  const columns = columnsOf(matrix, part);
  const rows = implementations.map((implementation) => {
    const cells = columns.map(([, { results }]) => {
      const found = results.get(implementation);
      if (found === undefined) return '';
      const count = (outcome: Outcome) => found.filter((result) => result.outcome === outcome).length;
      return `${count('pass')} of ${found.length - count('absent')}`;
    });
    return row([labels[implementation], ...cells]);
  });
  const titles = columns.map(([, { title }]) => title);
  return [...head(first, titles), ...rows];
}

export function table(matrix: Matrix): string {
  const servers = columnsOf(matrix, 'servers').map(
    ([key, { title }]): Shown => ({
      title,
      runs: serverImplementations.map((implementation) => [key, implementation]),
      merged: false,
    }),
  );
  const browsers = columnsOf(matrix, 'browsers');
  const pages = browsers.map(
    ([key, { title }]): Shown => ({ title, runs: modes.map((mode) => [key, mode]), merged: true }),
  );
  const others = peers.map(
    (peer): Shown => ({
      title: peer,
      runs: browsers.filter(([, { results }]) => results.has(peer)).map(([key]) => [key, peer]),
      merged: true,
    }),
  );

  return [
    '# Conformance',
    '',
    'Every case of `conformance/cases`, on every runtime and in every browser, on Throughline and beside it on what else there',
    'is. This page is written by `npm run conformance`; the cases themselves are the specification.',
    '',
    summary(matrix),
    '',
    '✓ the promise is kept, ✗ it is not, – the runtime or the implementation does not have what the case asks for. A',
    'footnote says why Throughline or a runtime’s own class does not keep a promise. Where all have a –, the case is not shown.',
    '',
    '# Servers',
    '',
    'In each cell, the first mark is Throughline and the second is the runtime’s own `AsyncLocalStorage` and `AsyncResource`.',
    '',
    ...versions(matrix, 'servers'),
    '',
    ...chapters(matrix, servers),
    '# Browsers',
    '',
    'Throughline’s portable engine, in three ways: built with `@throughline/transform`; with native `await` intercepted, which',
    'needs no build step; and both. One mark where all three agree, else three in this order. The last of these columns is the',
    'same engine in Node, which has no page. WebKit lets no page collect garbage, so it has not tried some cases about memory.',
    '',
    'The peers run the same cases in the same browsers: one mark where all three browsers agree, else Chromium, Firefox, WebKit.',
    'zone.js is loaded first, and all code is built without native async functions (ES2016); its zones stand in for storages,',
    'and by its own rule a listener runs in the zone of its registration. als-browser asks for no build step and has none.',
    'simple-async-context asks for ES2015 and has it. Of the chapters about an API, each runs those that it has the API of.',
    '',
    ...versions(matrix, 'browsers'),
    '',
    ...chapters(matrix, [...pages, ...others]),
    ...differences.map(({ reason }, index) => `[^${index + 1}]: ${reason}`),
    '',
  ].join('\n');
}

/** A table for each chapter that any of the columns has tried a case of. */
function chapters(matrix: Matrix, shown: readonly Shown[]): string[] {
  const [first] = shown.flatMap(({ runs }) => runs);
  const all = first === undefined ? [] : (matrix.get(first[0])?.results.get(first[1]) ?? []);
  const tried = new Set(
    shown
      .flatMap(({ runs }) =>
        runs.flatMap(([key, implementation]) => matrix.get(key)?.results.get(implementation) ?? []),
      )
      .filter(({ outcome }) => outcome !== 'absent')
      .map(nameOf),
  );
  return [...new Set(all.map(({ chapter }) => chapter))].flatMap((chapter) => {
    const cases = all.filter((result) => result.chapter === chapter && tried.has(nameOf(result)));
    if (cases.length === 0) return [];
    const titles = shown.map(({ title }) => title);
    const rows = cases.map((item) =>
      row([item.name.replaceAll('|', '\\|'), ...shown.map((column) => cell(matrix, column, item))]),
    );
    return [`## ${chapter}`, '', ...head('', titles), ...rows, ''];
  });
}

/** Two chapters may have a case of the same name. */
const nameOf = ({ chapter, name }: Result) => `${chapter}: ${name}`;

function cell(matrix: Matrix, { runs, merged }: Shown, item: Result): string {
  const marks = runs.map(([key, implementation]) => {
    const found = matrix.get(key)?.results.get(implementation);
    const result = found?.find((one) => nameOf(one) === nameOf(item));
    if (result === undefined) return ' ';
    const difference = result.outcome === 'fail' ? findDifference(key, implementation, item.name) : undefined;
    const note = difference === undefined ? '' : `[^${differences.indexOf(difference) + 1}]`;
    return `${mark[result.outcome]}${note}`;
  });
  return merged && new Set(marks).size === 1 ? (marks[0] ?? '') : marks.join(' ');
}

function versions(matrix: Matrix, part: Column['part']): string[] {
  const columns = columnsOf(matrix, part).map(([, { title, version }]) => `${title}: ${version}`);
  const shown = part === 'servers' ? columns : [...columns, ...peers.map((peer) => `${peer}: ${peerVersion(peer)}`)];
  return [`Versions: ${shown.join(', ')}.`];
}

function peerVersion(peer: Peer): string {
  const file = createRequire(import.meta.url).resolve(`${peer}/package.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

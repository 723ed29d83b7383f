/** Formats the tables of docs/register.md and docs/doctor.md that show how many tests of each suite pass. */
import type { Comparison } from './compare-runs.js';
import { NODE_VERSIONS, type NodeVersion, titleOfNode } from './node-versions.js';
import type { SuiteDifference } from './suite.js';

/** A suite that was run on all versions of Node. */
export interface SuiteRow {
  readonly title: string;
  readonly version: string;
  readonly uses: string;
  readonly results: Readonly<Record<NodeVersion, Comparison>>;
}

const SECTION = /(?<=<!-- suites:start -->\n).*?(?=<!-- suites:end -->)/s;

const HEAD = [
  `| Suite | Version | Uses | ${NODE_VERSIONS.map(titleOfNode).join(' | ')} |`,
  `|---|---|---|${NODE_VERSIONS.map(() => '--:|').join('')}`,
];

/**
 * Returns the page with the rows of the suites that were run. Those of other suites stay as they are.
 * @param suites all suites, in the order of the rows
 * @param word of the preload: only its differences are noted
 * @throws {Error} if the page has no place for the table
 */
export function updateSuitesTable(
  page: string,
  rows: readonly SuiteRow[],
  suites: readonly { readonly title: string; readonly differences?: readonly SuiteDifference[] }[],
  word: SuiteDifference['withPreload'],
): string {
  const section = SECTION.exec(page)?.[0];
  if (section === undefined) throw new Error('The page must contain <!-- suites:start --> and <!-- suites:end -->.');
  const lines = new Map(section.split('\n').flatMap((line) => (line.startsWith('| ') ? [[titleOf(line), line]] : [])));
  for (const row of rows) lines.set(row.title, formatRow(row));
  const listed = suites.filter(({ title }) => lines.has(title));
  const notes = listed.flatMap(({ title, differences = [] }) =>
    differences
      .filter(({ withPreload }) => withPreload === word)
      .flatMap(({ nodes, tests, reason }) => [
        '',
        `${title}, ${nodes.map(titleOfNode).join(', ')}: ${tests.map((test) => `“${test}”`).join(', ')}. ${reason}`,
      ]),
  );
  const table = [...HEAD, ...listed.map(({ title }) => lines.get(title)), ...notes].join('\n');
  return page.replace(SECTION, () => `\n${table}\n\n`);
}

/** Returns the first cell of a row. */
const titleOf = (line: string) => line.slice(2, line.indexOf(' |', 2));

function formatRow({ title, version, uses, results }: SuiteRow): string {
  return `| ${[title, version, uses, ...NODE_VERSIONS.map((node) => formatCell(results[node]))].join(' | ')} |`;
}

/** Formats the tests that passed alone, and those of them that passed with the preload. */
function formatCell({ passedAlone, passedPreloaded }: Comparison): string {
  const preloaded = formatCount(passedPreloaded);
  return `${formatCount(passedAlone)} / ${passedPreloaded === passedAlone ? preloaded : `**${preloaded}**`}`;
}

const formatCount = (count: number) => count.toLocaleString('en');

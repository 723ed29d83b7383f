/** Formats the tables of docs/transform.md that state what each build tool keeps when it lowers code. */
import { COMBINATIONS, type Combination } from './lowered-pages.js';
import type { LoweringTool } from './lowering-tools.js';
import type { Outcome } from './run-constructs.js';

export type Outcomes = Readonly<Record<string, Outcome>>;

/** What a page of one build has printed. */
export interface LoweredResult {
  readonly combination: Combination;
  readonly tool: LoweringTool;
  readonly target: string;
  readonly outcomes: Outcomes;
}

const TITLES: Readonly<Record<Combination, string>> = {
  'transformed, then lowered': 'The transform runs first, and the build tool lowers all code of the page',
  'lowered, then transformed': 'The transform receives lowered code',
  'lowered, intercepted':
    'Without the transform: the build tool lowers all code of the page, and `await` is intercepted',
};

/** Formats a table for each combination. */
export function formatLoweringTables(results: readonly LoweredResult[]): string {
  return COMBINATIONS.flatMap((combination) => [
    `#### ${TITLES[combination]}`,
    '',
    ...formatTable(results.filter((result) => result.combination === combination)),
    '',
  ])
    .join('\n')
    .trimEnd();
}

/** Formats one table, with one row for consecutive targets of a tool that have the same outcomes. */
function formatTable(results: readonly LoweredResult[]): string[] {
  const columns = Object.keys(results[0]?.outcomes ?? {});
  const rows: { title: string; targets: string[]; cells: string }[] = [];
  for (const { tool, target, outcomes } of results) {
    const cells = formatCells(outcomes);
    const last = rows.at(-1);
    if (last?.title === tool.title && last.cells === cells) last.targets.push(target);
    else rows.push({ title: tool.title, targets: [target], cells });
  }
  return [
    `| Build tool | Target | ${columns.join(' | ')} |`,
    `|---|---|${columns.map(() => '---|').join('')}`,
    ...rows.map(({ title, targets, cells }) => `| ${title} | ${formatRange(targets)} | ${cells} |`),
  ];
}

function formatCells(outcomes: Outcomes): string {
  return Object.values(outcomes).map(formatOutcome).join(' | ');
}

function formatOutcome(outcome: Outcome): string {
  return outcome === 'another' ? '**another’s**' : outcome;
}

function formatRange(targets: readonly string[]): string {
  return targets.length <= 2 ? targets.join(', ') : `${targets[0]} to ${targets.at(-1)}`;
}

const SECTION = /(?<=<!-- lowering:start -->\n\n).*?(?=\n\n<!-- lowering:end -->)/s;

/** Returns the tables of the page. */
export function readLoweringTables(page: string): string | undefined {
  return SECTION.exec(page)?.[0];
}

/** Whether the page states these outcomes for the target of the tool. It must be the tool's oldest target. */
export function statesOldestTarget(page: string, { combination, tool, target, outcomes }: LoweredResult): boolean {
  const [, table] = (readLoweringTables(page) ?? '').split(`#### ${TITLES[combination]}\n`);
  const row = table?.split('\n').find((line) => line.startsWith(`| ${tool.title} | ${target}`));
  return row?.endsWith(` | ${formatCells(outcomes)} |`) ?? false;
}

/** @throws {Error} if the page has no place for the tables */
export function replaceLoweringTables(page: string, tables: string): string {
  if (!SECTION.test(page)) throw new Error('docs/transform.md must contain <!-- lowering:start --> and :end -->.');
  return page.replace(SECTION, () => tables);
}

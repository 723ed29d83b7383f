/** What `docs/drivers.md` says of the results, and what it says about one version of Node, to compare with. */
import { runtimes } from '../runtimes/runtimes.js';
import type { CheckResult, Outcome } from './run-check.js';
import { checkFix, type DriverResult } from './run-driver.js';

/** The columns. */
export const nodes = ['node20', 'node22', 'node24', 'node26'] as const;

const words: Readonly<Record<Outcome, string>> = { kept: 'kept', lost: 'lost', another: '**another’s**' };

/**
 * @param columns the results of all drivers, by key of the runtime
 * @throws where something is lost that no fix mends
 */
export function page(columns: ReadonlyMap<string, readonly DriverResult[]>): string {
  const titles = nodes.map((key) => runtimes[key].title);
  const first = columns.get(nodes[0]) ?? [];
  return [
    '# Drivers',
    '',
    'Which drivers of databases, and which HTTP client, keep the frame across a query from a pool. This page is written by',
    '`npm run drivers`, against a PostgreSQL, a MariaDB and a Redis that it starts itself; `npm test` runs the same checks on',
    'its Node and compares.',
    '',
    'Each check is run by 8 flows at once over 2 connections (or a single one), so that queries wait for one another and go',
    'over sockets that another flow has opened. Wherever its callbacks run, a flow looks at what is current:',
    '',
    '- **kept**: its own value, in each flow and each callback.',
    '- **lost**: the empty frame.',
    '- **another’s**: the value of another flow. Reading a scope there is a leak.',
    '',
    'A request scope, a storage of Throughline’s and one of Node’s own `AsyncLocalStorage` are looked at side by side. A cell',
    'that has two words says Throughline’s first; one word stands for both. Promises are safe everywhere in this page except',
    'where a row says so: `await` goes on in the frame that waited. A callback or a listener is called from the socket, and that',
    'belongs to whoever opened it: what the driver does not do for it, `AsyncLocalStorage.bind` does, at the place where it is',
    'handed over. The fix in the last column was run by the same flows, and kept their values on every version.',
    '',
    ...first.flatMap(({ title }) => section(title, columns, titles)),
    ...notTested,
  ].join('\n');
}

const notTested = [
  '## Not tested',
  '',
  '- **mongodb**: no server can be had. Debian has no package of one, and the npm packages for it download one from elsewhere.',
  '- **pg-cursor** and **pg-query-stream** are not installed here.',
  '',
];

function section(
  title: string,
  columns: ReadonlyMap<string, readonly DriverResult[]>,
  titles: readonly string[],
): string[] {
  const results = nodes.map((key) => columns.get(key)?.find((result) => result.title === title));
  const [shown] = results.filter((result) => result !== undefined && typeof result.checks !== 'string');
  if (shown === undefined || typeof shown.checks === 'string') throw new Error(`${title} ran nowhere`);
  const rows = shown.checks.map(({ name, fix }) => {
    const checks = results.map((result) => checkOf(result, name));
    for (const check of checks) if (check !== undefined) checkFix(title, check);
    const cells = checks.map((check) => (check === undefined ? '–' : cellOf(check)));
    const isKept = checks.every((check) => check === undefined || cellOf(check) === words.kept);
    return row([name, ...cells, isKept ? '' : (fix?.text.replace(/AsyncLocalStorage\.bind(\(\w+\))?/, '`$&`') ?? '')]);
  });
  const reasons = results.flatMap((result, index) =>
    typeof result?.checks === 'string' ? [`${titles[index]}: not run, since ${result.checks}.`] : [],
  );
  return [
    `## ${title}`,
    '',
    `${shown.versions.join(', ')}.`,
    ...reasons,
    '',
    row(['', ...titles, 'what to do']),
    row(['---', ...titles.map(() => ':-:'), '---']),
    ...rows,
    '',
  ];
}

/** What the page says of each check on one version of Node: `driver: check` to the cell. */
export function cellsOf(text: string, key: (typeof nodes)[number]): Map<string, string> {
  const cells = new Map<string, string>();
  let title = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) title = line.slice(3);
    const columns = line.startsWith('| ') ? line.slice(2, -2).split(' | ') : [];
    const [name = '', ...rest] = columns;
    const cell = rest[nodes.indexOf(key)];
    if (name !== '' && !name.startsWith('---') && cell !== undefined) cells.set(`${title}: ${name}`, cell);
  }
  return cells;
}

/** One word where Throughline and Node's own class agree. */
export function cellOf({ throughline, node }: Pick<CheckResult, 'throughline' | 'node'>): string {
  return throughline === node ? words[throughline] : `${words[throughline]} ${words[node]}`;
}

function checkOf(result: DriverResult | undefined, name: string): CheckResult | undefined {
  if (result === undefined || typeof result.checks === 'string') return undefined;
  return result.checks.find((check) => check.name === name);
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

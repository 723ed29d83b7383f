/**
 * Generates the table of runtimes in the README from docs/conformance.md, which holds the results of the conformance
 * cases: the versions, and the numbers of cases that pass, by runtime and implementation.
 */

/** The cells of a Markdown table: by the title of the row, by the title of the column. */
type Table = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Renders one row for each runtime and each browser.
 * @param page the text of docs/conformance.md
 * @throws {Error} if the page does not have the tables that the matrix writes
 */
export function renderRuntimeTable(page: string): string {
  const servers = readTable(page, 'cases that pass, on servers');
  const browsers = readTable(page, 'cases that pass, in browsers');
  const versions = readVersions(page);
  const titleOf = (column: string) => {
    const [name, ...rest] = column.split(' with ');
    return [`${name?.replace(/ \d+$/, '')} ${requireCell(versions, column)}`, ...rest].join(' with ');
  };
  return [
    '| | Throughline | the runtime’s own class |',
    '|---|---|---|',
    ...[...rowOf(servers, '**Throughline**')].map(
      ([column, count]) =>
        `| ${titleOf(column)} | **${count}** | ${requireCell(rowOf(servers, 'the runtime’s own class'), column)} |`,
    ),
    ...[...rowOf(browsers, 'zone.js')]
      .filter(([, count]) => count !== '')
      .map(([column, peerCount]) => {
        const transform = requireCell(rowOf(browsers, '**Throughline**, transform'), column);
        const interception = requireCell(rowOf(browsers, '**Throughline**, interception'), column);
        return `| ${titleOf(column)} | **${transform}**; without a build step **${interception}** | none; zone.js ${peerCount} |`;
      }),
  ].join('\n');
}

function readTable(page: string, firstTitle: string): Table {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstTitle} |`));
  if (start === -1) {
    throw new Error(`docs/conformance.md has no table "${firstTitle}". npm run conformance writes the page.`);
  }
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  const [header = [], , ...rows] = lines.slice(start, start + length).map(cellsOf);
  return new Map(
    rows.map(([title = '', ...cells]) => [
      title,
      new Map(cells.map((cell, index) => [header[index + 1] ?? '', cell] as const)),
    ]),
  );
}

const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The versions of runtimes and browsers, by the titles of their columns. */
function readVersions(page: string): ReadonlyMap<string, string> {
  return new Map(
    [...page.matchAll(/^Versions: (.*)\.$/gm)].flatMap(([, list = '']) =>
      list.split(', ').flatMap((entry) => {
        const [title, version] = entry.split(': ');
        return title === undefined || version === undefined ? [] : [[title, version] as const];
      }),
    ),
  );
}

function rowOf(table: Table, title: string): ReadonlyMap<string, string> {
  const row = table.get(title);
  if (row === undefined) throw new Error(`A table of docs/conformance.md has no row "${title}".`);
  return row;
}

function requireCell(row: ReadonlyMap<string, string>, column: string): string {
  const cell = row.get(column);
  if (cell === undefined) throw new Error(`docs/conformance.md has no version or no count for "${column}".`);
  return cell;
}

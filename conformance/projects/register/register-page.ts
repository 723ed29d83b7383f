/** Formats the tables of docs/register.md that show how applications run with `throughline/register` and agents. */
import {
  AGENTS,
  type Agent,
  NODES,
  type NodeName,
  type RegisteredApp,
  type RegisteredProject,
  type Way,
  waysOf,
} from './registered-app.js';
import type { Results, WayResult } from './results.js';

const AGENT_PACKAGES: Readonly<Record<Exclude<Agent, 'none'>, string>> = {
  OpenTelemetry: '@opentelemetry/auto-instrumentations-node',
  Sentry: '@sentry/node',
  Datadog: 'dd-trace',
  'New Relic': 'newrelic',
};

const TITLES: Readonly<Record<NodeName, string>> = { node20: '20', node22: '22', node26: '26' };

/** Formats the tables. A cell tells how many ways have no result yet. */
export function formatRegisterTables(projects: readonly RegisteredProject[], { versions, ways }: Results): string {
  const apps = projects.flatMap((project) => project.apps);
  const titles = [...new Set(apps.map(({ title }) => title))];
  const results = titles.flatMap((title) => apps.filter((app) => app.title === title).flatMap(resultsOf));
  const agents = AGENTS.filter((agent) => agent !== 'none');
  return [
    `| Application | Node | No agent | ${agents.join(' | ')} | Versions |`,
    `|---|---|${AGENTS.map(() => '---|').join('')}---|`,
    ...titles.map(formatRow),
    '',
    '| Agent | Versions | Own storages of Node with register first | with the agent first |',
    '|---|---|---|---|',
    ...agents.map((agent) => {
      const own = results.filter((result) => result.agent === agent);
      const [first, last] = (['register first', 'register last'] as const).map((order) =>
        formatNative(own.filter((result) => result.order === order)),
      );
      return `| ${[agent, formatVersions([AGENT_PACKAGES[agent]], titles), first, last].join(' | ')} |`;
    }),
    ...formatProblems(results.filter(({ problem }) => problem !== undefined)),
  ].join('\n');

  function resultsOf(app: RegisteredApp): WayResult[] {
    return waysOf(app).flatMap((way) => findResult(ways, app.title, way) ?? []);
  }

  function formatRow(title: string): string {
    const own = results.filter((result) => result.title === title);
    const nodes = NODES.filter((node) => own.some((result) => result.node === node)).map((node) => TITLES[node]);
    const names = new Set(apps.filter((app) => app.title === title).flatMap(({ packages }) => packages));
    const ownWays = apps.filter((app) => app.title === title).flatMap(waysOf);
    const cells = AGENTS.map((agent) =>
      formatCell(
        own.filter((result) => result.agent === agent),
        ownWays.filter((way) => way.agent === agent).length,
      ),
    );
    return `| ${[title, nodes.join(', '), ...cells, formatVersions([...names], [title])].join(' | ')} |`;
  }

  /** The versions of packages in the projects of some applications. */
  function formatVersions(names: readonly string[], appTitles: readonly string[]): string {
    const own = projects.filter(({ apps }) => apps.some(({ title }) => appTitles.includes(title)));
    return names
      .map((name) => {
        const installed = own.flatMap(({ title }) => versions[title]?.[name] ?? []);
        return `${name} ${[...new Set(installed)].sort().join(' and ')}`;
      })
      .join(', ');
  }
}

function isRegisterFailure({ problem, problemWithoutRegister }: WayResult): boolean {
  return problem !== undefined && problemWithoutRegister === undefined;
}

function findResult(results: readonly WayResult[], title: string, way: Way): WayResult | undefined {
  return results.find(
    (result) =>
      result.title === title &&
      result.node === way.node &&
      result.agent === way.agent &&
      result.format === way.format &&
      result.order === way.order,
  );
}

/** @param wayCount how many results there must be */
function formatCell(results: readonly WayResult[], wayCount: number): string {
  const right = results.filter(({ problem }) => problem === undefined).length;
  const text = `${right} of ${results.length}`;
  const missing = wayCount - results.length;
  return `${results.some(isRegisterFailure) ? `**${text}**` : text}${missing === 0 ? '' : `, ${missing} not run`}`;
}

function formatNative(results: readonly WayResult[]): string {
  const counts = [...new Set(results.flatMap(({ native }) => (native === undefined ? [] : [native])))];
  return counts.sort((a, b) => a - b).join(' or ') || '–';
}

/** One line for the same failure of an application in several ways. */
function formatProblems(results: readonly WayResult[]): string[] {
  const lines = new Map<string, Set<string>>();
  for (const result of results) {
    const { title, agent, format, node, problem = '' } = result;
    // Names of traces and ports differ in each run.
    const [first = ''] = problem.split('\n').filter((line) => !/^Request .*:$/.test(line));
    const text = first
      .replace(/trace [\w-]+ of request \S+/g, 'the trace of a request')
      .replace(/http:\/\/127\.0\.0\.1:\d+/g, '')
      .slice(0, 200)
      .trim();
    const cause = isRegisterFailure(result) ? '' : ', without register too';
    const line = `${title}, ${agent}, \`${format}\`${cause}: \`${text.replaceAll('`', "'")}\``;
    lines.set(line, (lines.get(line) ?? new Set()).add(TITLES[node]));
  }
  const items = [...lines].map(([line, nodes]) => `- Node ${[...nodes].sort().join(', ')}, ${line}`);
  return items.length === 0 ? [] : ['', ...items];
}

const SECTION = /(?<=<!-- applications:start -->\n\n).*?(?=\n\n<!-- applications:end -->)/s;

/** Returns the tables of the page. */
export function readRegisterTables(page: string): string | undefined {
  return SECTION.exec(page)?.[0];
}

/** @throws {Error} if the page has no place for the tables */
export function replaceRegisterTables(page: string, tables: string): string {
  if (!SECTION.test(page)) throw new Error('docs/register.md must contain <!-- applications:start --> and :end -->.');
  return page.replace(SECTION, () => tables);
}

/** Formats the tables of docs/register.md that state how applications run with `throughline/register` and agents. */
import { AGENTS, type Agent, type RegisteredApp, type RegisteredProject, type Way } from './registered-app.js';

/** How an application ran in one way. */
export interface WayResult {
  readonly app: RegisteredApp;
  readonly way: Way;
  /** How many storages of Node's own class held a value in a request. */
  readonly native: number | undefined;
  /** What was wrong, and what is wrong without register, if anything. */
  readonly problem: string | undefined;
  readonly problemWithoutRegister: string | undefined;
}

/** Versions of packages by name: there are several if not all versions of Node have the same. */
export type InstalledVersions = Readonly<Record<string, readonly string[]>>;

const AGENT_PACKAGES: Readonly<Record<Exclude<Agent, 'none'>, string>> = {
  OpenTelemetry: '@opentelemetry/auto-instrumentations-node',
  Sentry: '@sentry/node',
  Datadog: 'dd-trace',
  'New Relic': 'newrelic',
};

const TITLES: Readonly<Record<Way['node'], string>> = { node20: '20', node22: '22', node26: '26' };

/** Formats the tables. */
export function formatRegisterTables(
  projects: readonly RegisteredProject[],
  results: readonly WayResult[],
  versions: InstalledVersions,
): string {
  const titles = [...new Set(projects.flatMap(({ apps }) => apps.map(({ title }) => title)))];
  const agents = AGENTS.filter((agent) => agent !== 'none');
  const rows = titles.map((title) => {
    const apps = projects.flatMap((project) => project.apps).filter((app) => app.title === title);
    const ownResults = results.filter(({ app }) => app.title === title);
    const nodes = [...new Set(apps.flatMap((app) => app.nodes))].sort().map((node) => TITLES[node]);
    const names = [...new Set(apps.flatMap(({ packages }) => packages))];
    const cells = AGENTS.map((agent) => formatCell(ownResults.filter(({ way }) => way.agent === agent)));
    return `| ${[title, nodes.join(', '), ...cells, formatVersions(names, versions)].join(' | ')} |`;
  });
  return [
    `| Application | Node | No agent | ${agents.join(' | ')} | Versions |`,
    `|---|---|${AGENTS.map(() => '---|').join('')}---|`,
    ...rows,
    '',
    '| Agent | Register first | Agent first | Versions |',
    '|---|---|---|---|',
    ...agents.map((agent) => {
      const own = results.filter(({ way }) => way.agent === agent);
      const cells = (['register first', 'register last'] as const).map((order) =>
        formatNative(own.filter(({ way }) => way.order === order)),
      );
      return `| ${[agent, ...cells, formatVersions([AGENT_PACKAGES[agent]], versions)].join(' | ')} |`;
    }),
  ].join('\n');
}

function formatCell(results: readonly WayResult[]): string {
  const right = results.filter(({ problem }) => problem === undefined).length;
  const isOwnFailure = results.some(
    ({ problem, problemWithoutRegister }) => problem !== undefined && problemWithoutRegister === undefined,
  );
  const text = `${right} of ${results.length}`;
  return isOwnFailure ? `**${text}**` : text;
}

function formatNative(results: readonly WayResult[]): string {
  const counts = [...new Set(results.flatMap(({ native }) => (native === undefined ? [] : [native])))].sort();
  return counts.join(', ') || '–';
}

function formatVersions(names: readonly string[], versions: InstalledVersions): string {
  return names.map((name) => `${name} ${(versions[name] ?? []).join(' and ')}`).join(', ');
}

const SECTION = /(?<=<!-- applications:start -->\n\n).*?(?=\n\n<!-- applications:end -->)/s;

/** Returns the titles of the applications that the page has. */
export function readApplicationTitles(page: string): string[] {
  const [table = ''] = (SECTION.exec(page)?.[0] ?? '').split('\n\n');
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.split(' | ')[0]?.slice(2) ?? '');
}

/** @throws {Error} if the page has no place for the tables */
export function replaceRegisterTables(page: string, tables: string): string {
  if (!SECTION.test(page)) throw new Error('docs/register.md must contain <!-- applications:start --> and :end -->.');
  return page.replace(SECTION, () => tables);
}

/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { type Runtime, runtimeAt } from '../measure/runtimes.js';
import { type SuiteName, separatelySampledWorkloads } from '../suite/suite.js';
import { SUITES } from '../suites.js';

const DEFAULT_SUITES = ['servers'] as const;
const BROWSER_SUITES = ['browsers', 'sizes', 'transform', 'builds'] as const;
const REQUEST_SUITES = ['requests'] as const;
const SESSION_SUITES = ['sessions'] as const;
const CONTEXT_SUITES = ['contexts'] as const;
const PROPAGATION_SUITES = ['propagation'] as const;
const GROWTH_SUITES = ['growth'] as const;
const PAGE_SUITES = ['pages'] as const;

/** The options that select other suites than the default. */
const SUITES_OF_OPTIONS = {
  browsers: BROWSER_SUITES,
  requests: REQUEST_SUITES,
  sessions: SESSION_SUITES,
  contexts: CONTEXT_SUITES,
  propagation: PROPAGATION_SUITES,
  growth: GROWTH_SUITES,
  pages: PAGE_SUITES,
};
type SuiteOption = keyof typeof SUITES_OF_OPTIONS;

const workloadsOf = (suites: readonly SuiteName[]) =>
  suites.flatMap((name) => separatelySampledWorkloads(SUITES[name]));
const environmentPrefixesOf = (suites: readonly SuiteName[]) =>
  suites.flatMap((name) => SUITES[name].environmentPrefixes);

export const HELP_TEXT = `Measures Throughline next to its peers.

  npm run bench -- [options]

By default, measures server runtimes: Throughline next to the runtime's own AsyncLocalStorage, cls-hooked and no tracking.
With --browsers, measures browsers and the portable engine on Node: Throughline next to zone.js and no tracking; the
size of a page; the transform next to esbuild and Babel; and builds with and without the plugin. With --requests, measures servers of web frameworks: the framework alone, with the
request scope, and with the usual solution on that framework. With --sessions, measures sessions next to express-session
and @fastify/session. With --contexts, measures the context managers of OpenTelemetry.
With --propagation, measures values that cross processes, next to OpenTelemetry's propagators. With --growth, measures
cost as storages, libraries, flows and sessions grow; sessions need redis-server. With --pages, measures React, Vue and
Angular pages with and without Throughline.

  --quick                  measure and print the table of the README on this Node, which takes three minutes; writes no files
  --requests               measure the request scope on node:http, Express, Fastify, Koa, Hono, h3 and Nest
  --sessions               measure sessions in memory and in Redis on Express and Fastify
  --contexts               measure the context managers of OpenTelemetry on Node
  --propagation            measure inject and extract of @throughline/propagation on Node
  --growth                 measure cost as work grows on Node, for docs/growth.md
  --pages                  measure pages of React, Vue and Angular in Chromium
  --browsers               measure Chromium, Firefox, WebKit, the portable engine on Node 26, sizes, the transform, and builds
  --in <names>             only these environments, comma-separated; the beginning of a name is enough.
                           On servers: ${environmentPrefixesOf(DEFAULT_SUITES).join(', ')}
                           With --browsers: ${environmentPrefixesOf(BROWSER_SUITES).join(', ')}
                           With --requests: ${environmentPrefixesOf(REQUEST_SUITES).join(', ')}
                           With --sessions: ${environmentPrefixesOf(SESSION_SUITES).join(', ')}
                           With --contexts: ${environmentPrefixesOf(CONTEXT_SUITES).join(', ')}
                           With --propagation: ${environmentPrefixesOf(PROPAGATION_SUITES).join(', ')}
                           With --growth: ${environmentPrefixesOf(GROWTH_SUITES).join(', ')}
                           With --pages: ${environmentPrefixesOf(PAGE_SUITES).join(', ')}
  --only <names>           only these workloads, comma-separated.
                           On servers: ${workloadsOf(DEFAULT_SUITES).join(', ')}
                           With --browsers: ${workloadsOf(BROWSER_SUITES).join(', ')}
                           With --requests: ${workloadsOf(REQUEST_SUITES).join(', ')}
                           With --sessions: ${workloadsOf(SESSION_SUITES).join(', ')}
                           With --contexts: ${workloadsOf(CONTEXT_SUITES).join(', ')}
                           With --propagation: ${workloadsOf(PROPAGATION_SUITES).join(', ')}
                           With --growth: ${workloadsOf(GROWTH_SUITES).join(', ')}
                           With --pages: ${workloadsOf(PAGE_SUITES).join(', ')}
  --processes <number>     samples per figure (default: ${SUITES.servers.rounds}; with --browsers ${SUITES.browsers.rounds}, with --requests ${SUITES.requests.rounds}, with --sessions ${SUITES.sessions.rounds}, with --contexts ${SUITES.contexts.rounds}, with --propagation ${SUITES.propagation.rounds},
                           with --growth ${SUITES.growth.rounds}, with --pages ${SUITES.pages.rounds})
  --runtime <name>=<path>  measure this runtime instead of the current Node: node26=/path/to/node, bun=..., deno=...
                           Can be repeated. With --browsers: the Node for the portable engine
  --runtimes               also measure the runtimes that this project has installed in .runtimes
  --short                  one short sample per figure, to see that everything works; writes no files without --out
  --out <folder>           where to write figures and plots (default: docs/bench)
  --help                   print this text
`;

export interface BenchOptions {
  readonly isHelpWanted: boolean;
  readonly suites: readonly SuiteName[];
  /** Prefixes of the names of environments. Absent: all environments. */
  readonly environments?: readonly string[];
  readonly workloads: readonly string[];
  /** Absent: the default of each suite. */
  readonly rounds?: number;
  /** Whether to measure the table of the README instead of suites. */
  readonly isQuick: boolean;
  readonly isShort: boolean;
  readonly runtimes: readonly Runtime[];
  readonly includesInstalled: boolean;
  /** Absent: write no files. */
  readonly outputFolder?: string;
}

/** @throws {Error} if the command line is invalid; the message is for the user */
export function parseOptions(args: readonly string[], defaultOutputFolder: string): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      requests: { type: 'boolean', default: false },
      sessions: { type: 'boolean', default: false },
      contexts: { type: 'boolean', default: false },
      propagation: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      pages: { type: 'boolean', default: false },
      browsers: { type: 'boolean', default: false },
      in: { type: 'string' },
      only: { type: 'string' },
      processes: { type: 'string' },
      runtime: { type: 'string', multiple: true, default: [] },
      runtimes: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const selected = Object.entries(SUITES_OF_OPTIONS).filter(([option]) => values[option as SuiteOption]);
  if (selected.length > 1) {
    const options = selected.map(([option]) => `--${option}`).join(' and ');
    throw new Error(`${options} cannot be combined: run one after the other.`);
  }
  const others = Object.entries(values).filter(([name, value]) => name !== 'quick' && isGiven(value));
  if (values.quick && others.length > 0) {
    throw new Error(
      `--quick measures the table of the README and cannot be combined with --${others[0]?.[0]}. --short measures all ` +
        'selected figures once, in little time.',
    );
  }
  const suites = selected[0]?.[1] ?? DEFAULT_SUITES;
  const workloads = workloadsOf(suites);
  const outputFolder = values.out ?? (values.short || values.quick ? undefined : defaultOutputFolder);
  const rounds = values.processes === undefined ? (values.short ? 1 : undefined) : parseRounds(values.processes);
  return {
    isHelpWanted: values.help,
    suites,
    ...(values.in === undefined
      ? {}
      : { environments: values.in.split(',').map((text) => parseEnvironment(text, suites)) }),
    workloads:
      values.only === undefined ? workloads : values.only.split(',').map((text) => parseWorkload(text, workloads)),
    ...(rounds === undefined ? {} : { rounds }),
    isQuick: values.quick,
    isShort: values.short,
    runtimes: values.runtime.map(parseRuntime),
    includesInstalled: values.runtimes,
    ...(outputFolder === undefined ? {} : { outputFolder }),
  };
}

function isGiven(value: string | boolean | readonly string[]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== false;
}

function parseWorkload(text: string, names: readonly string[]): string {
  if (!names.includes(text)) {
    throw new Error(`--only: unknown workload "${text}". Expected one of: ${names.join(', ')}`);
  }
  return text;
}

function parseEnvironment(text: string, suites: readonly SuiteName[]): string {
  const prefixes = environmentPrefixesOf(suites);
  if (!prefixes.some((prefix) => text.startsWith(prefix))) {
    throw new Error(`--in: unknown environment "${text}". Expected one of: ${prefixes.join(', ')}`);
  }
  return text;
}

function parseRounds(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--processes: expected a positive integer, but got "${text}".`);
  return Number(text);
}

function parseRuntime(text: string): Runtime {
  const separator = text.indexOf('=');
  if (separator < 1 || separator === text.length - 1) {
    throw new Error(`--runtime: expected <name>=<path>, but got "${text}".`);
  }
  return runtimeAt(text.slice(0, separator), text.slice(separator + 1));
}

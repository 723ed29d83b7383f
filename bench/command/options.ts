/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { namedRuntime, type Runtime } from '../measure/runtimes.js';
import { ownWorkloads, type SuiteName } from '../suite/suite.js';
import { SUITES } from '../suites.js';

const IN_BROWSERS = ['browsers', 'transform'] as const;
const WITH_REQUESTS = ['requests'] as const;
const workloadsOf = (suites: readonly SuiteName[]) => suites.flatMap((name) => ownWorkloads(SUITES[name]));

export const HELP = `Measures Throughline beside its peers.

  npm run bench -- [options]

Without --browsers, on servers: beside the runtime's own AsyncLocalStorage, cls-hooked and no tracking at all. With it, in
browsers and on the portable engine in Node: beside zone.js and no tracking at all; and the transform beside esbuild and Babel.
With --requests, servers of real frameworks: alone, with the request scope, and with what people use there today.

  --requests               the request scope on node:http, Express, Fastify, Koa, Hono, h3 and Nest
  --browsers               Chromium, Firefox, WebKit, Node 26 with the portable engine, and the transform
  --in <names>             some places only: ${[...IN_BROWSERS, ...WITH_REQUESTS].flatMap((name) => SUITES[name].places).join(', ')}
  --only <names>           some workloads only. On servers: ${workloadsOf(['servers']).join(', ')}.
                           With --browsers: ${workloadsOf(IN_BROWSERS).join(', ')}
                           With --requests: ${workloadsOf(WITH_REQUESTS).join(', ')}
  --processes <number>     how many samples for each figure (${SUITES.servers.rounds}; with --browsers ${SUITES.browsers.rounds}, with --requests ${SUITES.requests.rounds})
  --runtime <name>=<path>  a runtime instead of the Node that runs this: node26=/path/to/node, bun=..., deno=...;
                           may be given again. With --browsers, the Node of the portable engine
  --runtimes               the runtimes that the project has installed in .runtimes as well
  --quick                  one sample for each figure, and a short one: to see that all works; writes nothing
  --out <folder>           where the figures and plots go (docs/bench)
  --help                   this text
`;

export interface Options {
  readonly help: boolean;
  readonly suites: readonly SuiteName[];
  /** Beginnings of the names of places; absent where all are meant. */
  readonly places?: readonly string[];
  readonly workloads: readonly string[];
  /** Absent where each suite takes as many as it does. */
  readonly rounds?: number;
  readonly isQuick: boolean;
  readonly runtimes: readonly Runtime[];
  readonly withInstalled: boolean;
  /** Absent where nothing is to be written. */
  readonly out?: string;
}

/** @throws with a message for the user where the command line is wrong */
export function parseOptions(args: readonly string[], defaultOut: string): Options {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      requests: { type: 'boolean', default: false },
      browsers: { type: 'boolean', default: false },
      in: { type: 'string' },
      only: { type: 'string' },
      processes: { type: 'string' },
      runtime: { type: 'string', multiple: true, default: [] },
      runtimes: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.browsers && values.requests) throw new Error('--browsers and --requests are measured one after the other');
  const suites = values.requests ? WITH_REQUESTS : values.browsers ? IN_BROWSERS : (['servers'] as const);
  const workloads = workloadsOf(suites);
  const out = values.out ?? (values.quick ? undefined : defaultOut);
  const rounds = values.processes === undefined ? (values.quick ? 1 : undefined) : sampleNumber(values.processes);
  return {
    help: values.help,
    suites,
    ...(values.in === undefined ? {} : { places: values.in.split(',').map((text) => place(text, suites)) }),
    workloads: values.only === undefined ? workloads : values.only.split(',').map((text) => workload(text, workloads)),
    ...(rounds === undefined ? {} : { rounds }),
    isQuick: values.quick,
    runtimes: values.runtime.map(runtime),
    withInstalled: values.runtimes,
    ...(out === undefined ? {} : { out }),
  };
}

function workload(text: string, names: readonly string[]): string {
  if (!names.includes(text)) throw new Error(`--only: ${text} is none of ${names.join(', ')}`);
  return text;
}

function place(text: string, suites: readonly SuiteName[]): string {
  const names = suites.flatMap((name) => SUITES[name].places);
  if (!names.some((name) => text.startsWith(name))) throw new Error(`--in: ${text} is none of ${names.join(', ')}`);
  return text;
}

function sampleNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--processes: ${text} is no number of processes`);
  return Number(text);
}

function runtime(text: string): Runtime {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new Error(`--runtime: ${text} is not <name>=<path>`);
  return namedRuntime(text.slice(0, at), text.slice(at + 1));
}

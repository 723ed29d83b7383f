/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import type { PaceName } from './pace.js';
import { namedRuntime, type Runtime } from './runtimes.js';
import { WORKLOAD_NAMES, type WorkloadName } from './workloads/index.js';

export const HELP = `Measures Throughline beside the runtime's own AsyncLocalStorage, cls-hooked and no tracking at all.

  npm run bench -- [options]

  --only <names>           some workloads only: ${WORKLOAD_NAMES.join(', ')}
  --processes <number>     how many processes for each figure (5)
  --runtime <name>=<path>  a runtime instead of the Node that runs this: node26=/path/to/node, bun=..., deno=...;
                           may be given again
  --runtimes               the runtimes that the project has installed in .runtimes as well
  --quick                  one process for each figure, and a short one: to see that all works; writes nothing
  --out <folder>           where the figures and plots go (docs/bench)
  --help                   this text
`;

export interface Options {
  readonly help: boolean;
  readonly workloads: readonly WorkloadName[];
  readonly processes: number;
  readonly pace: PaceName;
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
      only: { type: 'string' },
      processes: { type: 'string' },
      runtime: { type: 'string', multiple: true, default: [] },
      runtimes: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const out = values.out ?? (values.quick ? undefined : defaultOut);
  return {
    help: values.help,
    workloads: values.only === undefined ? WORKLOAD_NAMES : values.only.split(',').map(workloadName),
    processes: values.processes === undefined ? (values.quick ? 1 : 5) : processCount(values.processes),
    pace: values.quick ? 'quick' : 'full',
    runtimes: values.runtime.map(runtime),
    withInstalled: values.runtimes,
    ...(out === undefined ? {} : { out }),
  };
}

function workloadName(text: string): WorkloadName {
  const found = WORKLOAD_NAMES.find((name) => name === text);
  if (found === undefined) throw new Error(`--only: ${text} is none of ${WORKLOAD_NAMES.join(', ')}`);
  return found;
}

function processCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--processes: ${text} is no number of processes`);
  return Number(text);
}

function runtime(text: string): Runtime {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new Error(`--runtime: ${text} is not <name>=<path>`);
  return namedRuntime(text.slice(0, at), text.slice(at + 1));
}

/** Server runtimes, with the runtime's own AsyncLocalStorage and cls-hooked as peers. */
import { formatStorageCount } from '../report/figure-format.js';
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite } from '../suite/suite.js';
import { SERVER_TARGETS } from './server-targets.js';

const lapsMs = ({ warmUpMs, lapCount, lapMs }: SampleBudget) => warmUpMs + lapCount * lapMs;
const loadMs = (budget: SampleBudget) => budget.loadWarmUpMs + budget.loadMs;

/** The members of the classes besides `run` and `getStore`. */
const MEMBERS: Readonly<Record<string, string>> = {
  bind: '`bind`',
  bound: 'call of a bound function',
  snapshot: '`snapshot`',
  'snapshot-call': 'call in a snapshot',
  'variable-run': '`AsyncContext.Variable.run`, beside `run` of the class',
  'variable-get': '`AsyncContext.Variable.get`, beside `getStore` of the class',
  withScope: '`withScope` and the end of the scope',
};

const ROW_TITLES: Readonly<Record<string, string>> = {
  ...MEMBERS,
  http: 'requests',
  'run-beside-native': '`run` beside storages of the runtime’s own class',
  'start-up': 'start-up with `throughline/register`',
  import: 'import of `throughline`, processor time of the process',
  'import-memory': 'import of `throughline`, memory of the process',
  'import-express': 'import of `@throughline/request/express`, processor time of the process',
  'import-express-memory': 'import of `@throughline/request/express`, memory of the process',
  'library-flow': 'storages of libraries in a request',
  libraries: 'requests, libraries and `throughline/register`',
  'libraries-cost': 'processor time of such a request',
};

/** In the process of Throughline, `throughline/register` has replaced the runtime's own class. */
const LIBRARIES = { storageCounts: [4, 10, 20, 40], subjects: ['throughline', 'native'] };

/** Processes that load Throughline, or an empty module. */
const STARTED_PROCESS = {
  storageCounts: [0],
  subjects: ['throughline', 'none'],
  expectedMs: ({ lapCount }: SampleBudget) => lapCount * 60,
};

/** The workloads that start processes of Node. */
export const NODE_WORKLOADS: readonly string[] = ['start-up', 'import', 'import-express'];

export const serverSuite: Suite = {
  name: 'servers',
  environmentPrefixes: ['node', 'bun', 'deno'],
  subjects: {
    throughline: { title: 'Throughline', label: 'Throughline', color: '#159a8c', isOurs: true },
    native: { title: 'the runtime’s own class', label: 'runtime’s own', color: '#e0566f', isOurs: false },
    'cls-hooked': { title: 'cls-hooked', label: 'cls-hooked', color: '#b9851a', isOurs: false },
    none: { title: 'no tracking', label: 'no tracking', color: '#8b949e', isOurs: false },
  },
  workloads: {
    run: { title: 'run', unit: 'ns', storageCounts: [1, 10, 100, 1000], expectedMs: lapsMs },
    'run-each': {
      title: 'run, of each storage in turn',
      unit: 'ns',
      storageCounts: [10, 100, 1000],
      expectedMs: lapsMs,
    },
    'run-beside-native': {
      title: 'run, while storages of the runtime’s own class hold values',
      unit: 'ns',
      storageCounts: [0, 1, 20],
      subjects: ['throughline'],
      expectedMs: lapsMs,
    },
    getStore: { title: 'getStore', unit: 'ns', storageCounts: [1, 10, 100], expectedMs: lapsMs },
    ...Object.fromEntries(
      Object.entries(MEMBERS).map(([name, title]) => [
        name,
        { title, unit: 'ns', storageCounts: [1, 10], subjects: ['throughline', 'native'], expectedMs: lapsMs } as const,
      ]),
    ),
    await: { title: 'await', unit: 'ns', storageCounts: [0, 1, 10, 100], expectedMs: lapsMs },
    setImmediate: { title: 'setImmediate', unit: 'ns', storageCounts: [1, 10, 100], expectedMs: lapsMs },
    http: { title: 'HTTP server', unit: 'requests/s', storageCounts: [0, 1, 10], expectedMs: loadMs },
    'start-up': { ...STARTED_PROCESS, title: 'start-up, processor time', unit: 'ns' },
    import: { ...STARTED_PROCESS, title: 'import of throughline, processor time', unit: 'ns' },
    'import-memory': {
      ...STARTED_PROCESS,
      title: 'import of throughline, memory',
      unit: 'bytes',
      expectedMs: () => 0,
      sampledWith: 'import',
    },
    'import-express': {
      ...STARTED_PROCESS,
      title: 'import of @throughline/request/express, processor time',
      unit: 'ns',
    },
    'import-express-memory': {
      ...STARTED_PROCESS,
      title: 'import of @throughline/request/express, memory',
      unit: 'bytes',
      expectedMs: () => 0,
      sampledWith: 'import-express',
    },
    'library-flow': {
      ...LIBRARIES,
      title: 'storages of libraries in a request, without the server',
      unit: 'ns',
      subjects: ['throughline', 'native', 'none'],
      expectedMs: lapsMs,
    },
    libraries: { ...LIBRARIES, title: 'server with libraries', unit: 'requests/s', expectedMs: loadMs },
    'libraries-cost': {
      ...LIBRARIES,
      title: 'server with libraries, processor time per request',
      unit: 'ns',
      expectedMs: () => 0,
      sampledWith: 'libraries',
    },
  },
  targets: SERVER_TARGETS,
  budget: 'full',
  rounds: 5,
  pageWorkloads: [
    'run',
    'run-beside-native',
    'getStore',
    ...Object.keys(MEMBERS),
    'await',
    'http',
    'library-flow',
    'libraries',
    'libraries-cost',
    'start-up',
    'import',
    'import-memory',
    'import-express',
    'import-express-memory',
  ],
  linePlots: [
    { workload: 'run', yLabel: 'time per run()' },
    { workload: 'await', yLabel: 'time per await' },
  ],
  barPlots: [],
  sampleNote: 'processes per figure,',
  ratioNote:
    'The number after × is the ratio to the runtime’s own class (for requests, to the server without storages); parentheses contain the lowest and the highest ratio.',
  environmentTitle: (name, version) => `${name.charAt(0).toUpperCase()}${name.slice(1).replace(/\d+$/, '')} ${version}`,
  pageRank: (environment) => (environment.startsWith('node') ? -Number(environment.slice(4)) : 0),
  referenceOf: (workload, storageCount) =>
    workload === 'http' || workload === 'start-up' || workload.startsWith('import')
      ? { subject: 'none', storageCount: 0 }
      : workload === 'run-beside-native'
        ? { subject: 'throughline', storageCount: 0 }
        : { subject: 'native', storageCount },
  rowTitle: (workload, storageCount) =>
    `${ROW_TITLES[workload] ?? `\`${workload}\``}, ${formatStorageCount(storageCount)}`,
};

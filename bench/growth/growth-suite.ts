/** Cost as work grows: each curve beside that of its peer. The figures are those of docs/growth.md. */
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite, Target } from '../suite/suite.js';

const lapsMs = ({ warmUpMs, lapCount, lapMs }: SampleBudget) => warmUpMs + lapCount * lapMs;
const loadMs = ({ loadWarmUpMs, loadMs }: SampleBudget) => loadWarmUpMs + loadMs;

const POWERS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
const STORAGES = POWERS.slice(0, 6);
const LIBRARIES = [1, 2, 4, 6, 8, 10, 12];

const subject = 'throughline';
const inProcess = ['throughline', 'native', 'none'];
const nodes = ['growth-node20', 'growth-node22', 'growth-node24', 'growth-node26'];

const TARGETS: readonly Target[] = [
  {
    environments: nodes,
    workload: 'storages',
    subject,
    storageCount: 100_000,
    reference: { subject, storageCount: 1 },
    bound: { atMost: 1.5 },
    text: 'at most 1.5 × the time with 1 storage',
  },
  {
    environments: nodes,
    workload: 'libraries',
    subject,
    storageCount: 12,
    reference: { subject: 'native', storageCount: 12 },
    bound: { atMost: 1 },
    text: 'at most the time of the runtime’s class',
  },
  {
    environments: nodes,
    workload: 'flows',
    subject,
    storageCount: 1_000_000,
    reference: { subject: 'native', storageCount: 1_000_000 },
    bound: { atMost: 1.05 },
    text: 'at most 1.05 × the runtime’s class',
  },
  {
    environments: nodes,
    workload: 'flow-memory',
    subject,
    storageCount: 1_000_000,
    reference: { subject: 'native', storageCount: 1_000_000 },
    bound: { atMostAbove: 64 },
    text: 'at most 64 B above the runtime’s class',
  },
  {
    workload: 'sessions',
    subject,
    storageCount: 1_000_000,
    reference: { subject, storageCount: 1 },
    bound: { atMost: 1.5 },
    text: 'at most 1.5 × the time with 1 session',
  },
];

export const growthSuite: Suite = {
  name: 'growth',
  page: 'growth.md',
  environmentPrefixes: ['growth'],
  subjects: {
    throughline: { title: 'Throughline', label: 'Throughline', color: '#159a8c', isOurs: true },
    native: { title: 'the runtime’s own class', label: 'runtime’s own', color: '#e0566f', isOurs: false },
    'connect-redis': {
      title: 'express-session, connect-redis',
      label: 'connect-redis',
      color: '#e0566f',
      isOurs: false,
    },
    none: { title: 'no tracking', label: 'no tracking', color: '#8b949e', isOurs: false },
  },
  workloads: {
    storages: {
      title: 'run of one storage, by the number of storages with a value',
      unit: 'ns',
      storageCounts: STORAGES,
      subjects: ['throughline', 'native'],
      // Each `enterWith` of the runtime's own class copies the values of all others.
      largestCounts: { native: 10_000 },
      expectedMs: lapsMs,
    },
    'storage-memory': {
      title: 'memory of a storage with a value',
      unit: 'bytes',
      storageCounts: STORAGES.filter((count) => count >= 1000),
      subjects: ['throughline', 'native'],
      largestCounts: { native: 10_000 },
      sampledWith: 'storages',
      expectedMs: () => 0,
    },
    libraries: {
      title: 'processor time of a request, by the number of libraries with a storage',
      unit: 'ns',
      storageCounts: LIBRARIES,
      counted: 'libraries',
      subjects: inProcess,
      expectedMs: loadMs,
    },
    flows: {
      title: 'time of a flow, by the number of flows at once',
      unit: 'ns',
      storageCounts: POWERS,
      counted: 'flows',
      subjects: inProcess,
      expectedMs: lapsMs,
    },
    'flow-memory': {
      title: 'memory of a waiting flow',
      unit: 'bytes',
      storageCounts: POWERS.filter((count) => count >= 10_000),
      counted: 'flows',
      subjects: inProcess,
      sampledWith: 'flows',
      expectedMs: () => 0,
    },
    sessions: {
      title: 'processor time of a request that reads its session, by the number of sessions in Redis',
      unit: 'ns',
      storageCounts: POWERS,
      counted: 'sessions',
      subjects: ['throughline', 'connect-redis'],
      expectedMs: loadMs,
    },
  },
  targets: TARGETS,
  budget: 'full',
  rounds: 5,
  pageWorkloads: ['storages', 'storage-memory', 'libraries', 'flows', 'flow-memory', 'sessions'],
  linePlots: [
    { workload: 'storages', yLabel: 'time per run()' },
    { workload: 'storage-memory', yLabel: 'memory per storage' },
    { workload: 'libraries', yLabel: 'processor time per request' },
    { workload: 'flows', yLabel: 'time per flow' },
    { workload: 'flow-memory', yLabel: 'memory per flow' },
    { workload: 'sessions', yLabel: 'processor time per request' },
  ],
  barPlots: [],
  sampleNote: 'processes per figure,',
  ratioNote:
    'The number after × is the ratio to the peer with as many; parentheses contain the lowest and the highest ratio.',
  environmentTitle: (_name, version) => `Node ${version}`,
  pageRank: (environment) => -Number(environment.replace(/\D/g, '')),
  referenceOf: (workload, storageCount) => ({
    subject: workload === 'sessions' ? 'connect-redis' : 'native',
    storageCount,
  }),
  rowTitle: (workload, storageCount) =>
    `${growthSuite.workloads[workload]?.title ?? workload}: ${storageCount} ${growthSuite.workloads[workload]?.counted ?? 'storages'}`,
};

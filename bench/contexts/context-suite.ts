/** OpenTelemetry's context managers on Node: that of this project, and its own two. */
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite, Target } from '../suite/suite.js';

const lapsMs = ({ warmUpMs, lapCount, lapMs }: SampleBudget) => warmUpMs + lapCount * lapMs;

/** The `AsyncLocalStorageContextManager` in a process without other storages, or with as many. */
const referenceOf = (storageCount: number) => ({ subject: 'async-local-storage', storageCount });

const rowTitles: Readonly<Record<string, string>> = {
  with: '`with`',
  active: '`active`',
  bound: 'a bound function',
};

const titleOf = (workload: string, storageCount: number) =>
  storageCount === 0 ? `${rowTitles[workload]}` : `${rowTitles[workload]}, ${storageCount} other storages hold a value`;

export const contextSuite: Suite = {
  name: 'contexts',
  intro: {
    heading: 'Context managers of OpenTelemetry',
    text: '`ThroughlineContextManager` of `@throughline/opentelemetry` next to `AsyncLocalStorageContextManager` of `@opentelemetry/context-async-hooks` and `ZoneContextManager` of `@opentelemetry/context-zone-peer-dep`, which loses the context at each native `await`. The other storages are those of libraries in the same process: of the same class as the manager’s.',
  },
  environmentPrefixes: ['contexts'],
  subjects: {
    throughline: { title: 'ThroughlineContextManager', label: 'Throughline', color: '#159a8c', isOurs: true },
    'async-local-storage': {
      title: 'AsyncLocalStorageContextManager',
      label: 'AsyncLocalStorage',
      color: '#e0566f',
      isOurs: false,
    },
    zone: { title: 'ZoneContextManager', label: 'zone.js', color: '#b9851a', isOurs: false },
  },
  workloads: {
    with: { title: 'with', unit: 'ns', storageCounts: [0, 10], expectedMs: lapsMs },
    active: { title: 'active', unit: 'ns', storageCounts: [0], expectedMs: lapsMs },
    bound: { title: 'a bound function', unit: 'ns', storageCounts: [0], expectedMs: lapsMs },
  },
  targets: [0, 10].map(
    (storageCount): Target => ({
      workload: 'with',
      subject: 'throughline',
      storageCount,
      reference: referenceOf(storageCount),
      bound: { atMost: 1 },
      text: 'at most 1.0 × AsyncLocalStorageContextManager',
    }),
  ),
  budget: 'full',
  rounds: 7,
  pageWorkloads: ['with', 'active', 'bound'],
  linePlots: [],
  barPlots: [],
  sampleNote: 'processes per figure,',
  ratioNote:
    'The number after × is the ratio to `AsyncLocalStorageContextManager`; parentheses contain the lowest and the highest ratio.',
  environmentTitle: (_name, version) => `Node ${version}`,
  pageRank: (environment) => -Number(environment.slice('contexts-node'.length)),
  referenceOf: (_workload, storageCount) => referenceOf(storageCount),
  rowTitle: titleOf,
};

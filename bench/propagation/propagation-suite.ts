/** Declared values on Node, next to the baggage of OpenTelemetry. */
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite, Target } from '../suite/suite.js';

const lapsMs = ({ warmUpMs, lapCount, lapMs }: SampleBudget) => warmUpMs + lapCount * lapMs;

const reference = { subject: 'composite', storageCount: 0 };

const rowTitles: Readonly<Record<string, string>> = {
  inject: '`inject` of five values',
  extract: '`extract` of five values',
  receive: '`extract`, and reading five values in the flow',
};

export const propagationSuite: Suite = {
  name: 'propagation',
  intro: {
    heading: 'Values that cross processes',
    text: 'Five declared values of `@throughline/propagation` next to five entries in the baggage of OpenTelemetry, each with the trace of an active span. OpenTelemetry uses a `CompositePropagator` of `W3CTraceContextPropagator` and `W3CBaggagePropagator`. For Throughline, the process has the first of these, or both.',
  },
  environmentPrefixes: ['propagation'],
  subjects: {
    throughline: { title: 'Throughline', label: 'Throughline', color: '#159a8c', isOurs: true },
    composite: { title: 'CompositePropagator', label: 'OpenTelemetry', color: '#e0566f', isOurs: false },
    both: { title: 'Throughline, with both propagators', label: 'both', color: '#b9851a', isOurs: true },
  },
  workloads: {
    inject: { title: 'inject', unit: 'ns', storageCounts: [0], expectedMs: lapsMs },
    extract: { title: 'extract', unit: 'ns', storageCounts: [0], expectedMs: lapsMs },
    receive: { title: 'receive', unit: 'ns', storageCounts: [0], expectedMs: lapsMs },
  },
  targets: ['inject', 'extract'].map(
    (workload): Target => ({
      workload,
      subject: 'throughline',
      storageCount: 0,
      reference,
      bound: { atMost: 1.2 },
      text: 'at most 1.2 × CompositePropagator',
    }),
  ),
  budget: 'full',
  rounds: 7,
  pageWorkloads: ['inject', 'extract', 'receive'],
  linePlots: [],
  barPlots: [],
  sampleNote: 'processes per figure,',
  ratioNote:
    'The number after × is the ratio to `CompositePropagator`; parentheses contain the lowest and the highest ratio.',
  environmentTitle: (_name, version) => `Node ${version}`,
  pageRank: (environment) => -Number(environment.slice('propagation-node'.length)),
  referenceOf: () => reference,
  rowTitle: (workload) => `${rowTitles[workload]}`,
};

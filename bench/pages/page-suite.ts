/**
 * Pages of React, Vue and Angular, with and without Throughline, under the operations of js-framework-benchmark. Each
 * handler sets a value, so that Throughline follows everything that the framework does for it.
 * @see https://github.com/krausest/js-framework-benchmark
 */
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite, Target, WorkloadEntry } from '../suite/suite.js';
import { OPERATION_NAMES, OPERATION_TITLES } from './operation-names.js';

const FRAMEWORK_TITLES: Readonly<Record<string, string>> = { react: 'React 19', vue: 'Vue 3.5', angular: 'Angular 21' };
export const FRAMEWORK_NAMES = Object.keys(FRAMEWORK_TITLES);

/** A turn of the slowest operations takes half a second. */
const pageMs = ({ lapCount }: SampleBudget) => lapCount * 700;

function workloadsOf(framework: string): [string, WorkloadEntry][] {
  const title = FRAMEWORK_TITLES[framework] ?? framework;
  return [
    [
      framework,
      { title: `${title}, geometric mean of the operations`, unit: 'ns', storageCounts: [1], expectedMs: pageMs },
    ],
    ...OPERATION_NAMES.map((name): [string, WorkloadEntry] => [
      `${framework}-${name}`,
      {
        title: `${title}, ${OPERATION_TITLES[name]}`,
        unit: 'ns',
        storageCounts: [1],
        sampledWith: framework,
        expectedMs: () => 0,
      },
    ]),
  ];
}

const workloads: Readonly<Record<string, WorkloadEntry>> = Object.fromEntries(FRAMEWORK_NAMES.flatMap(workloadsOf));

const TARGETS = Object.keys(workloads).flatMap((workload) =>
  ['transform', 'interception'].map(
    (subject): Target => ({
      workload,
      subject,
      storageCount: 1,
      reference: { subject: 'none', storageCount: 1 },
      bound: { atMost: 1.03 },
      text: `${subject}: at most 1.03 ×`,
    }),
  ),
);

export const pageSuite: Suite = {
  name: 'pages',
  intro: {
    heading: 'Pages of frameworks',
    text: 'The table of [js-framework-benchmark](https://github.com/krausest/js-framework-benchmark) in React, Vue and Angular (without zone.js), built for production: without Throughline; with Throughline and the transform; and with Throughline and interception. Each handler of a click runs in a flow with a value. The time of an operation is from the click to the end of the layout of what it has changed.',
  },
  environmentPrefixes: ['pages'],
  subjects: {
    transform: { title: 'Throughline, transform', label: 'transform', color: '#159a8c', isOurs: true },
    interception: { title: 'Throughline, interception', label: 'interception', color: '#4078c8', isOurs: true },
    none: { title: 'without Throughline', label: 'without', color: '#8b949e', isOurs: false },
  },
  workloads,
  targets: TARGETS,
  budget: 'reduced',
  rounds: 9,
  pageWorkloads: Object.keys(workloads),
  linePlots: [],
  barPlots: [],
  sampleNote: 'pages per figure, each in a separate process,',
  ratioNote:
    'The number after × is the ratio to the page without Throughline; parentheses contain the lowest and the highest ratio.',
  environmentTitle: (_name, version) => `Chromium ${version}`,
  pageRank: () => 0,
  referenceOf: () => ({ subject: 'none', storageCount: 1 }),
  rowTitle: (workload) => workloads[workload]?.title ?? workload,
};

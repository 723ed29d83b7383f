/** The transform on real packages, next to other tools that rewrite async functions. */
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite, WorkloadEntry } from '../suite/suite.js';
import { TRANSFORM_TARGETS } from './transform-targets.js';

/** By the names of the inputs in workloads/transform-inputs.ts. */
const inputTitles: Readonly<Record<string, string>> = {
  'react-dom': 'react-dom',
  typescript: 'TypeScript’s library',
  app: 'a bundled app',
};

const throughputWorkload = (input: string): WorkloadEntry => ({
  title: `${inputTitles[input]}, input per second`,
  unit: 'bytes/s',
  storageCounts: [0],
  expectedMs: ({ warmUpMs, lapCount, lapMs }: SampleBudget) => warmUpMs + lapCount * lapMs,
});

const outputSizeWorkload = (input: string): WorkloadEntry => ({
  title: `${inputTitles[input]}, output size`,
  unit: 'times',
  storageCounts: [0],
  expectedMs: () => 0,
  sampledWith: input,
});

const inputs = Object.keys(inputTitles);

export const transformSuite: Suite = {
  name: 'transform',
  intro: {
    heading: 'The transform',
    text: 'Code without async functions (react-dom), with few (TypeScript’s compiler) and with many (an app that drives browsers, bundled with all its dependencies). Every tool also generates a source map of the code that it changes.',
  },
  environmentPrefixes: ['transform'],
  subjects: {
    throughline: { title: '@throughline/transform', label: 'Throughline', color: '#159a8c', isOurs: true },
    esbuild: { title: 'esbuild, target ES2016', label: 'esbuild, ES2016', color: '#b9851a', isOurs: false },
    babel: { title: 'Babel’s async-to-generator', label: 'Babel', color: '#e0566f', isOurs: false },
  },
  workloads: Object.fromEntries(
    inputs.flatMap((input) => [
      [input, throughputWorkload(input)],
      [`${input}-size`, outputSizeWorkload(input)],
    ]),
  ),
  targets: TRANSFORM_TARGETS,
  budget: 'reduced',
  rounds: 3,
  pageWorkloads: inputs.flatMap((input) => [input, `${input}-size`]),
  linePlots: [],
  barPlots: [
    {
      file: 'transform.svg',
      title: 'Code transformed per second, with source maps',
      workloads: inputs,
      storageCount: 0,
    },
  ],
  sampleNote: 'processes per figure,',
  ratioNote:
    'The number after × is the ratio to Babel; parentheses contain the lowest and the highest ratio. Output sizes are multiples of the input size.',
  environmentTitle: (_name, version) => `The transform on Node ${version}`,
  pageRank: (environment) => -Number(environment.replace(/\D+/, '')),
  referenceOf: (workload) => (workload.endsWith('-size') ? undefined : { subject: 'babel', storageCount: 0 }),
  rowTitle: (workload) => transformSuite.workloads[workload]?.title ?? workload,
};

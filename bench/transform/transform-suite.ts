/** The transform, on real packages, beside what else rewrites async functions. */
import type { Pace } from '../suite/sample-budget.js';
import type { Suite, WorkloadEntry } from '../suite/suite.js';
import { TARGETS } from './transform-targets.js';

const titles: Readonly<Record<string, string>> = {
  'react-dom': 'react-dom',
  typescript: 'TypeScript’s library',
  app: 'a bundled app',
};

const throughput = (name: string): WorkloadEntry => ({
  title: `${titles[name]}, code a second`,
  unit: 'bytes/s',
  ks: [0],
  expectedMs: ({ warmUpMs, laps, lapMs }: Pace) => warmUpMs + laps * lapMs,
});

const size = (name: string): WorkloadEntry => ({
  title: `${titles[name]}, size of the output`,
  unit: 'times',
  ks: [0],
  expectedMs: () => 0,
  with: name,
});

const inputs = Object.keys(titles);

export const transform: Suite = {
  name: 'transform',
  intro: {
    heading: 'The transform',
    text: 'Code with few async functions (react-dom, TypeScript’s compiler) and with many (an app that drives browsers, bundled with all it needs), each with a source map.',
  },
  places: ['transform'],
  subjects: {
    throughline: { title: '@throughline/transform', label: 'Throughline', color: '#159a8c', isOurs: true },
    esbuild: { title: 'esbuild, target ES2016', label: 'esbuild, ES2016', color: '#b9851a', isOurs: false },
    babel: { title: 'Babel’s async-to-generator', label: 'Babel', color: '#e0566f', isOurs: false },
  },
  workloads: Object.fromEntries(
    inputs.flatMap((name) => [
      [name, throughput(name)],
      [`${name}-size`, size(name)],
    ]),
  ),
  targets: TARGETS,
  pace: 'brief',
  rounds: 3,
  inReadme: inputs.flatMap((name) => [name, `${name}-size`]),
  linePlots: [],
  barPlots: [{ file: 'transform.svg', title: 'Code transformed a second, with source maps', workloads: inputs, k: 0 }],
  samples: 'processes each',
  ratios:
    'Behind the × is the ratio to Babel; in brackets its smallest and largest. Sizes are those of the input times so much.',
  placeTitle: (_name, version) => `The transform on Node ${version}`,
  rank: (name) => -Number(name.replace(/\D+/, '')),
  reference: (workload) => (workload.endsWith('-size') ? undefined : { subject: 'babel', k: 0 }),
  rowTitle: (workload) => transform.workloads[workload]?.title ?? workload,
};

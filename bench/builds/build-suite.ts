/** The price of a build: monaco-editor and three, with the plugin and without it. */
import type { Suite, Target, WorkloadEntry } from '../suite/suite.js';

/** By the names in build-workloads.ts. */
const buildTitles: Readonly<Record<string, string>> = {
  build: 'a build',
  'mapped-build': 'a build with source maps',
};

const processorTime = (build: string): WorkloadEntry => ({
  title: `${buildTitles[build]}, processor time`,
  unit: 'ns',
  storageCounts: [0],
  expectedMs: () => 15_000,
});

const peakMemory = (build: string): WorkloadEntry => ({
  title: `${buildTitles[build]}, peak memory`,
  unit: 'bytes',
  storageCounts: [0],
  expectedMs: () => 0,
  sampledWith: build,
});

const builds = Object.keys(buildTitles);
const reference = { subject: 'none', storageCount: 0 };

export const buildSuite: Suite = {
  name: 'builds',
  intro: {
    heading: 'Builds',
    text: 'A page with all of monaco-editor, its five workers and three is built for production: 35 MB of code in 1700 modules, of which 180 have async functions. Processor time includes that of all threads, and varies less than the duration when the machine is busy.',
  },
  environmentPrefixes: ['build'],
  subjects: {
    throughline: { title: 'with the plugin', label: 'with the plugin', color: '#159a8c', isOurs: true },
    none: { title: 'without', label: 'without', color: '#8a8f98', isOurs: false },
  },
  workloads: Object.fromEntries(
    builds.flatMap((build) => [
      [build, processorTime(build)],
      [`${build}-memory`, peakMemory(build)],
    ]),
  ),
  targets: builds
    .flatMap((build) => [build, `${build}-memory`])
    .map(
      (workload): Target => ({
        workload,
        subject: 'throughline',
        storageCount: 0,
        reference,
        bound: { atMost: 1.2 },
        text: 'at most 1.2 ×',
      }),
    ),
  budget: 'reduced',
  rounds: 5,
  pageWorkloads: builds.flatMap((build) => [build, `${build}-memory`]),
  linePlots: [],
  barPlots: [],
  sampleNote: 'processes per figure, with and without in turns,',
  ratioNote:
    'The number after × is the ratio to the build without the plugin; parentheses contain the lowest and the highest ratio.',
  environmentTitle: (name, version) => `${BUNDLER_TITLES[name] ?? name} ${version}`,
  pageRank: (environment) => Object.keys(BUNDLER_TITLES).indexOf(environment),
  referenceOf: () => reference,
  rowTitle: (workload) => buildSuite.workloads[workload]?.title ?? workload,
};

/** By the names of the environments. */
const BUNDLER_TITLES: Readonly<Record<string, string>> = {
  'build-vite': 'Vite',
  'build-rolldown': 'Rolldown',
  'build-webpack': 'webpack',
};

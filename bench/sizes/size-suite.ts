/** The bytes that a page loads, with zone.js as the peer. */
import type { Suite } from '../suite/suite.js';

export const TRANSFORM_LIMIT = 4350;
export const INTERCEPTION_LIMIT = 10_950;

export const sizeSuite: Suite = {
  name: 'sizes',
  intro: {
    heading: 'Sizes',
    text: 'The bytes that a page loads in addition to its own code, bundled and minified by esbuild and gzipped: Throughline with the transform and the condition `throughline-promises-only`, which follows promises and `await` and patches nothing else; Throughline with all patches and interception; and zone.js, with the page lowered to ES2016.',
  },
  environmentPrefixes: ['sizes'],
  subjects: {
    transform: { title: 'Throughline, transform', label: 'transform', color: '#159a8c', isOurs: true },
    interception: { title: 'Throughline, everything', label: 'everything', color: '#4078c8', isOurs: true },
    'zone.js': { title: 'zone.js', label: 'zone.js', color: '#e0566f', isOurs: false },
  },
  workloads: {
    page: { title: 'added to a page', unit: 'bytes', storageCounts: [1], expectedMs: () => 300, rounds: 1 },
  },
  targets: [
    {
      workload: 'page',
      subject: 'transform',
      storageCount: 1,
      bound: { atMost: TRANSFORM_LIMIT },
      text: `transform: at most ${TRANSFORM_LIMIT / 1000} kB`,
    },
    {
      workload: 'page',
      subject: 'interception',
      storageCount: 1,
      bound: { atMost: INTERCEPTION_LIMIT },
      text: `everything: at most ${INTERCEPTION_LIMIT / 1000} kB`,
    },
  ],
  budget: 'reduced',
  rounds: 1,
  pageWorkloads: ['page'],
  linePlots: [],
  barPlots: [],
  sampleNote: 'build per figure (every build has the same size),',
  ratioNote: 'The number after × is the ratio to zone.js.',
  environmentTitle: (_name, version) => `esbuild ${version}`,
  pageRank: () => 0,
  referenceOf: () => ({ subject: 'zone.js', storageCount: 1 }),
  rowTitle: () => 'added to a page',
};

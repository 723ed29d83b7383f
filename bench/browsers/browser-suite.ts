/** Browsers, and the portable engine on Node, with zone.js as the peer. */
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite } from '../suite/suite.js';
import { BROWSER_TARGETS } from './browser-targets.js';

const lapsMs = ({ warmUpMs, lapCount, lapMs }: SampleBudget) => warmUpMs + lapCount * lapMs;
/** The slowest browser takes 0.05 ms per flow. */
const soakMs = ({ soakCount }: SampleBudget) => soakCount * 0.05;

const ours = ['transform', 'interception'];
const prefixes = ['chromium', 'firefox', 'webkit', 'portable'];
const browserTitles: Readonly<Record<string, string>> = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' };

/** Rows of docs/benchmarks.md that come once with and once without a value. */
const rowTitles: Readonly<Record<string, string>> = {
  await: '`await`, settled promise',
  pending: '`await`, async function that suspends',
  // biome-ignore lint/suspicious/noThenProperty: this table of titles is never awaited
  then: '`then`',
  setTimeout: '`setTimeout`',
  getStore: '`getStore`',
  read: '`read()` of a `ReadableStream`',
  write: '`write()` of a `WritableStream`',
};

export const browserSuite: Suite = {
  name: 'browsers',
  intro: {
    heading: 'In browsers',
    text: 'Four builds of the same code: Throughline with the transform; Throughline without a build step, which intercepts native `await`; zone.js, with the code lowered to ES2016 because zone.js cannot follow native `await`; and a page without tracking. “No value set” means that Throughline is installed on the page, but no storage holds a value.',
  },
  environmentPrefixes: prefixes,
  subjects: {
    transform: { title: 'Throughline, transform', label: 'transform', color: '#159a8c', isOurs: true },
    interception: { title: 'Throughline, interception', label: 'interception', color: '#4078c8', isOurs: true },
    'zone.js': { title: 'zone.js, lowered to ES2016', label: 'zone.js, lowered', color: '#e0566f', isOurs: false },
    none: { title: 'no tracking', label: 'no tracking', color: '#8b949e', isOurs: false },
  },
  workloads: {
    await: { title: 'await of a settled promise', unit: 'ns', storageCounts: [0, 1], expectedMs: lapsMs },
    pending: {
      title: 'await of an async function that suspends',
      unit: 'ns',
      storageCounts: [0, 1],
      expectedMs: lapsMs,
    },
    // biome-ignore lint/suspicious/noThenProperty: a suite's workloads are never awaited
    then: { title: 'then', unit: 'ns', storageCounts: [0], expectedMs: lapsMs },
    setTimeout: { title: 'setTimeout', unit: 'ns', storageCounts: [0], expectedMs: lapsMs },
    getStore: { title: 'getStore', unit: 'ns', storageCounts: [1], expectedMs: lapsMs },
    read: { title: 'read() of a ReadableStream', unit: 'ns', storageCounts: [0, 1], expectedMs: lapsMs },
    write: { title: 'write() of a WritableStream', unit: 'ns', storageCounts: [0, 1], expectedMs: lapsMs },
    soak: {
      title: 'flows that read a wrong value',
      unit: 'count',
      storageCounts: [1],
      expectedMs: soakMs,
      subjects: ours,
      rounds: 1,
    },
    'soak-held': {
      title: 'values still reachable after their flows ended, of 1 000 watched',
      unit: 'count',
      storageCounts: [1],
      expectedMs: () => 0,
      subjects: ours,
      sampledWith: 'soak',
    },
    'soak-growth': {
      title: 'heap growth per flow',
      unit: 'bytes',
      storageCounts: [1],
      expectedMs: () => 0,
      subjects: ours,
      sampledWith: 'soak',
    },
  },
  targets: BROWSER_TARGETS,
  budget: 'reduced',
  rounds: 3,
  pageWorkloads: [
    'await',
    'pending',
    'then',
    'setTimeout',
    'getStore',
    'read',
    'write',
    'soak',
    'soak-held',
    'soak-growth',
  ],
  linePlots: [],
  barPlots: [
    {
      file: 'browsers-await.svg',
      title: 'await of a settled promise, with a value set',
      workloads: ['await'],
      storageCount: 1,
    },
    {
      file: 'browsers-pending.svg',
      title: 'await of an async function that suspends, with a value set',
      workloads: ['pending'],
      storageCount: 1,
    },
  ],
  sampleNote: 'pages per figure, each in a separate process (flows: one page with a million of them),',
  ratioNote:
    'The number after × is the ratio to the page without tracking; parentheses contain the lowest and the highest ratio.',
  environmentTitle: (name, version) => `${browserTitles[name] ?? 'Portable engine on Node'} ${version}`,
  pageRank: (environment) => prefixes.indexOf(environment.split('-')[0] ?? ''),
  referenceOf: (workload, storageCount) =>
    workload.startsWith('soak') ? undefined : { subject: 'none', storageCount },
  rowTitle: (workload, storageCount) => {
    const title = rowTitles[workload];
    if (title === undefined) return browserSuite.workloads[workload]?.title ?? workload;
    return `${title}, ${storageCount === 0 ? 'no value set' : 'a value set'}`;
  },
};

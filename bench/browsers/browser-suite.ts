/** Browsers, and Node with the portable engine, with zone.js as the peer. */
import type { Pace } from '../suite/sample-budget.js';
import type { Suite } from '../suite/suite.js';
import { TARGETS } from './browser-targets.js';

const laps = ({ warmUpMs, laps, lapMs }: Pace) => warmUpMs + laps * lapMs;
/** The slowest browser takes this long for a flow. */
const soak = ({ flows }: Pace) => flows * 0.05;

const ours = ['transform', 'interception'];
const places = ['chromium', 'firefox', 'webkit', 'portable'];
const titles: Readonly<Record<string, string>> = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' };

const rows: Readonly<Record<string, string>> = {
  await: '`await`, settled promise',
  pending: '`await`, async function that suspends',
  // biome-ignore lint/suspicious/noThenProperty: nobody awaits a list of names
  then: '`then`',
  setTimeout: '`setTimeout`',
  getStore: '`getStore`',
};

export const browsers: Suite = {
  name: 'browsers',
  intro: {
    heading: 'In browsers',
    text: 'Throughline built with the transform, and without a build step, where native `await` is intercepted; zone.js with the same code lowered to ES2016, since it cannot follow native `await`; and a page without any of it. “No value set” is a page where Throughline is installed and does nothing.',
  },
  places,
  subjects: {
    transform: { title: 'Throughline, transform', label: 'transform', color: '#159a8c', isOurs: true },
    interception: { title: 'Throughline, interception', label: 'interception', color: '#4078c8', isOurs: true },
    'zone.js': { title: 'zone.js, lowered to ES2016', label: 'zone.js, lowered', color: '#e0566f', isOurs: false },
    none: { title: 'no tracking', label: 'no tracking', color: '#8b949e', isOurs: false },
  },
  workloads: {
    await: { title: 'await of a settled promise', unit: 'ns', ks: [0, 1], expectedMs: laps },
    pending: { title: 'await of an async function that suspends', unit: 'ns', ks: [0, 1], expectedMs: laps },
    // biome-ignore lint/suspicious/noThenProperty: nobody awaits a suite
    then: { title: 'then', unit: 'ns', ks: [0], expectedMs: laps },
    setTimeout: { title: 'setTimeout', unit: 'ns', ks: [0], expectedMs: laps },
    getStore: { title: 'getStore', unit: 'ns', ks: [1], expectedMs: laps },
    soak: {
      title: 'flows that read a wrong value',
      unit: 'count',
      ks: [1],
      expectedMs: soak,
      subjects: ours,
      rounds: 1,
    },
    'soak-held': {
      title: 'values still held after their flows, of 1 000 watched',
      unit: 'count',
      ks: [1],
      expectedMs: () => 0,
      subjects: ours,
      with: 'soak',
    },
    'soak-growth': {
      title: 'growth of the heap for each flow',
      unit: 'bytes',
      ks: [1],
      expectedMs: () => 0,
      subjects: ours,
      with: 'soak',
    },
  },
  targets: TARGETS,
  pace: 'brief',
  rounds: 3,
  inReadme: ['await', 'pending', 'then', 'setTimeout', 'getStore', 'soak', 'soak-held', 'soak-growth'],
  linePlots: [],
  barPlots: [
    { file: 'browsers-await.svg', title: 'await of a settled promise, with a value set', workloads: ['await'], k: 1 },
    {
      file: 'browsers-pending.svg',
      title: 'await of an async function that suspends, with a value set',
      workloads: ['pending'],
      k: 1,
    },
  ],
  samples: 'pages each, every one in a process of its own (flows: a million of them in one page each),',
  ratios: 'Behind the × is the ratio to the page without tracking; in brackets its smallest and largest.',
  placeTitle: (name, version) => `${titles[name] ?? 'Portable engine on Node'} ${version}`,
  rank: (name) => places.indexOf(name.split('-')[0] ?? ''),
  reference: (workload, k) => (workload.startsWith('soak') ? undefined : { subject: 'none', k }),
  rowTitle: (workload, k) => {
    const row = rows[workload];
    if (row === undefined) return browsers.workloads[workload]?.title ?? workload;
    return `${row}, ${k === 0 ? 'no value set' : 'a value set'}`;
  },
};

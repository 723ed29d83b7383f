/** The server runtimes, with the runtime's own class and cls-hooked as peers. */
import { storages } from '../report/figure-format.js';
import type { Pace } from '../suite/sample-budget.js';
import type { Suite } from '../suite/suite.js';
import { TARGETS } from './server-targets.js';

const laps = ({ warmUpMs, laps, lapMs }: Pace) => warmUpMs + laps * lapMs;
const traffic = ({ trafficWarmUpMs, trafficMs }: Pace) => trafficWarmUpMs + trafficMs;

export const servers: Suite = {
  name: 'servers',
  places: ['node', 'bun', 'deno'],
  subjects: {
    throughline: { title: 'Throughline', label: 'Throughline', color: '#159a8c', isOurs: true },
    native: { title: 'the runtime’s own class', label: 'runtime’s own', color: '#e0566f', isOurs: false },
    'cls-hooked': { title: 'cls-hooked', label: 'cls-hooked', color: '#b9851a', isOurs: false },
    none: { title: 'no tracking', label: 'no tracking', color: '#8b949e', isOurs: false },
  },
  workloads: {
    run: { title: 'run', unit: 'ns', ks: [1, 10, 100, 1000], expectedMs: laps },
    'run-each': { title: 'run, of each storage in turn', unit: 'ns', ks: [10, 100, 1000], expectedMs: laps },
    getStore: { title: 'getStore', unit: 'ns', ks: [1, 10, 100], expectedMs: laps },
    await: { title: 'await', unit: 'ns', ks: [0, 1, 10, 100], expectedMs: laps },
    setImmediate: { title: 'setImmediate', unit: 'ns', ks: [1, 10, 100], expectedMs: laps },
    http: { title: 'HTTP server', unit: 'requests/s', ks: [0, 1, 10], expectedMs: traffic },
  },
  targets: TARGETS,
  pace: 'full',
  rounds: 5,
  inReadme: ['run', 'getStore', 'await', 'http'],
  linePlots: [
    { workload: 'run', yLabel: 'time of a run()' },
    { workload: 'await', yLabel: 'time of an await' },
  ],
  barPlots: [],
  samples: 'processes each',
  ratios:
    'Behind the × is the ratio to the runtime’s own class, for requests to the server without storages; in brackets its smallest and largest.',
  placeTitle: (name, version) => `${name.charAt(0).toUpperCase()}${name.slice(1).replace(/\d+$/, '')} ${version}`,
  rank: (name) => (name.startsWith('node') ? -Number(name.slice(4)) : 0),
  reference: (workload, k) => (workload === 'http' ? { subject: 'none', k: 0 } : { subject: 'native', k }),
  rowTitle: (workload, k) => `${workload === 'http' ? 'requests' : `\`${workload}\``}, ${storages(k)}`,
};

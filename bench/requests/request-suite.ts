/** What the request scope costs on each framework, beside the bare framework and what people use there today. */
import type { Pace } from '../suite/sample-budget.js';
import type { Suite, WorkloadEntry } from '../suite/suite.js';
import { TARGETS } from './request-targets.js';
import { FRAMEWORK_NAMES, FRAMEWORKS, type Framework, type FrameworkName } from './servers/frameworks.js';
import type { Variant } from './subjects/variants.js';
import type { Soaked } from './workloads/request-soak.js';

export const SOAK = 'soak';
const COST = 'cost';
const GROWTH = 'growth';
/** The spread of the growth is kept beside it, and not in the README. */
const QUARTERS = ['lower', 'upper'] as const;

/** So long for a request, two frameworks at a time. */
const soakTime = ({ flows }: Pace) => (flows * 0.25 * FRAMEWORK_NAMES.length) / 2;
const traffic = ({ trafficWarmUpMs, trafficMs }: Pace) => trafficWarmUpMs + trafficMs;

/** The variants that a framework's rate is measured in. */
export function variantsOf(name: FrameworkName): readonly Variant[] {
  const { peer, withSessions }: Framework = FRAMEWORKS[name];
  return [
    'bare',
    'throughline',
    ...(peer === undefined ? [] : (['peer'] as const)),
    ...(withSessions ? (['session-read', 'session-write'] as const) : []),
  ];
}

function workloadsOf(name: FrameworkName): [string, WorkloadEntry][] {
  const { title } = FRAMEWORKS[name];
  const subjects = variantsOf(name);
  return [
    [name, { title, unit: 'requests/s', ks: [1], expectedMs: traffic, subjects }],
    [
      `${name}-${COST}`,
      { title: `${title}, processor time`, unit: 'ns', ks: [1], expectedMs: () => 0, subjects, with: name },
    ],
  ];
}

/** All frameworks are soaked together, and it is one number of what was mixed up. */
function soakWorkloads(): [string, WorkloadEntry][] {
  const common = { ks: [1], subjects: ['throughline'], rounds: 1 };
  return [
    [SOAK, { ...common, title: 'mixed up in the soak, all frameworks', unit: 'count', expectedMs: soakTime }],
    ...FRAMEWORK_NAMES.map((name): [string, WorkloadEntry] => {
      const title = `${FRAMEWORKS[name].title}, growth of the heap for each request of the soak`;
      return [`${name}-${GROWTH}`, { ...common, title, unit: 'bytes', expectedMs: () => 0, with: SOAK }];
    }),
    ...FRAMEWORK_NAMES.flatMap((name) =>
      QUARTERS.map((quarter): [string, WorkloadEntry] => {
        const title = `${FRAMEWORKS[name].title}, growth of the heap, ${quarter} quarter of the slopes`;
        return [`${name}-${GROWTH}-${quarter}`, { ...common, title, unit: 'bytes', expectedMs: () => 0, with: SOAK }];
      }),
    ),
  ];
}

/** The figures of one sample, by the names of their workloads. */
export function rateFigures(framework: FrameworkName, rate: number, cost: number): Record<string, number> {
  return { [framework]: rate, [`${framework}-${COST}`]: cost };
}

export function soakFigures(soaked: ReadonlyMap<FrameworkName, Soaked>): Record<string, number> {
  const mixedUp = [...soaked.values()].reduce((sum, one) => sum + one.mixedUp, 0);
  return {
    [SOAK]: mixedUp,
    ...Object.fromEntries(
      [...soaked].flatMap(([name, { growth }]) => [
        [`${name}-${GROWTH}`, growth.median],
        [`${name}-${GROWTH}-lower`, growth.lowerQuarter],
        [`${name}-${GROWTH}-upper`, growth.upperQuarter],
      ]),
    ),
  };
}

const FRAMEWORK_ROWS: Readonly<Record<string, Framework>> = FRAMEWORKS;

export const requests: Suite = {
  name: 'requests',
  intro: {
    heading: 'Requests',
    text:
      'Requests a second of `@throughline/request` on each framework: with the request scope, beside the framework alone and ' +
      'what people use there today, and with sessions in memory that each request reads or writes. In the soak, 200 ' +
      'connections send 100 000 requests, and every step of each reads its own scope and session; the heap is read after ' +
      'forced collections in its second half.',
  },
  places: ['requests'],
  subjects: {
    bare: { title: 'framework alone', label: 'framework alone', color: '#8b949e', isOurs: false },
    throughline: { title: 'request scope', label: 'request scope', color: '#159a8c', isOurs: true },
    peer: { title: 'used there today', label: 'used there today', color: '#e0566f', isOurs: false },
    'session-read': { title: 'session, read', label: 'session, read', color: '#4078c8', isOurs: true },
    'session-write': { title: 'session, written', label: 'session, written', color: '#b9851a', isOurs: true },
  },
  workloads: Object.fromEntries([...FRAMEWORK_NAMES.flatMap(workloadsOf), ...soakWorkloads()]),
  targets: TARGETS,
  pace: 'short',
  rounds: 5,
  inReadme: [...FRAMEWORK_NAMES, SOAK, ...FRAMEWORK_NAMES.map((name) => `${name}-${GROWTH}`)],
  linePlots: [],
  barPlots: [],
  samples: 'processes each, all variants in turns window by window (the soak: one process),',
  ratios: 'Behind the × is the ratio to the framework alone; in brackets its smallest and largest.',
  placeTitle: (_name, version) => `Requests on Node ${version}`,
  rank: (name) => -Number(name.replace(/\D/g, '')),
  reference: (workload) => (workload === SOAK || workload.includes(GROWTH) ? undefined : { subject: 'bare', k: 1 }),
  rowTitle: (workload) => {
    const framework = FRAMEWORK_ROWS[workload];
    if (framework === undefined) return requests.workloads[workload]?.title ?? workload;
    return framework.peer === undefined ? framework.title : `${framework.title}, beside \`${framework.peer}\``;
  },
};

/**
 * The cost of the request scope on each framework, next to the framework alone and the usual solution there (the peer).
 */
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite, WorkloadEntry } from '../suite/suite.js';
import { REQUEST_TARGETS } from './request-targets.js';
import { FRAMEWORK_NAMES, FRAMEWORKS, type Framework, type FrameworkName } from './servers/frameworks.js';
import type { Variant } from './subjects/variants.js';
import type { SoakResult } from './workloads/request-soak.js';

export const SOAK_WORKLOAD = 'soak';
const COST_SUFFIX = 'cost';
const GROWTH_SUFFIX = 'growth';
/** Quartiles of the heap growth. They are stored with the median, but docs/benchmarks.md does not show them. */
const QUARTILES = ['lower', 'upper'] as const;

/** A request takes about 0.25 ms, and two frameworks are soaked at a time. */
const soakMs = ({ soakCount }: SampleBudget) => (soakCount * 0.25 * FRAMEWORK_NAMES.length) / 2;
const loadMs = (budget: SampleBudget) => budget.loadWarmUpMs + budget.loadMs;

/** The variants in which a framework's rate is measured. */
function variantsOf(name: FrameworkName): readonly Variant[] {
  const { peer, hasSessionVariants }: Framework = FRAMEWORKS[name];
  return [
    'bare',
    'throughline',
    ...(peer === undefined ? [] : (['throughline-as-peer', 'peer'] as const)),
    ...(hasSessionVariants ? (['session-read', 'session-write'] as const) : []),
  ];
}

function rateWorkloads(name: FrameworkName): [string, WorkloadEntry][] {
  const { title } = FRAMEWORKS[name];
  const subjects = variantsOf(name);
  const common = { storageCounts: [1], subjects };
  return [
    [name, { ...common, title, unit: 'requests/s', expectedMs: loadMs }],
    [
      `${name}-${COST_SUFFIX}`,
      { ...common, title: `${title}, processor time per request`, unit: 'ns', expectedMs: () => 0, sampledWith: name },
    ],
  ];
}

/** One sample soaks all frameworks. Their mismatches are added up; the heap growth is a figure per framework. */
function soakWorkloads(): [string, WorkloadEntry][] {
  const common = { storageCounts: [1], subjects: ['throughline'], rounds: 1 };
  const sampled = { ...common, unit: 'bytes', expectedMs: () => 0, sampledWith: SOAK_WORKLOAD } as const;
  return [
    [SOAK_WORKLOAD, { ...common, title: 'mismatches in the soak, all frameworks', unit: 'count', expectedMs: soakMs }],
    ...FRAMEWORK_NAMES.map((name): [string, WorkloadEntry] => {
      const title = `${FRAMEWORKS[name].title}, heap growth per request in the soak`;
      return [`${name}-${GROWTH_SUFFIX}`, { ...sampled, title }];
    }),
    ...FRAMEWORK_NAMES.flatMap((name) =>
      QUARTILES.map((quartile): [string, WorkloadEntry] => {
        const title = `${FRAMEWORKS[name].title}, heap growth per request in the soak, ${quartile} quartile`;
        return [`${name}-${GROWTH_SUFFIX}-${quartile}`, { ...sampled, title }];
      }),
    ),
  ];
}

/** @returns a rate sample's figures, by the names of their workloads */
export function rateFigures(framework: FrameworkName, rate: number, cost: number): Record<string, number> {
  return { [framework]: rate, [`${framework}-${COST_SUFFIX}`]: cost };
}

/** @returns a soak sample's figures, by the names of their workloads */
export function soakFigures(results: ReadonlyMap<FrameworkName, SoakResult>): Record<string, number> {
  const mismatches = [...results.values()].reduce((sum, result) => sum + result.mismatches, 0);
  return {
    [SOAK_WORKLOAD]: mismatches,
    ...Object.fromEntries(
      [...results].flatMap(([name, { growth }]) => [
        [`${name}-${GROWTH_SUFFIX}`, growth.median],
        [`${name}-${GROWTH_SUFFIX}-lower`, growth.lowerQuartile],
        [`${name}-${GROWTH_SUFFIX}-upper`, growth.upperQuartile],
      ]),
    ),
  };
}

const frameworkByWorkload: Readonly<Record<string, Framework>> = FRAMEWORKS;

export const requestSuite: Suite = {
  name: 'requests',
  intro: {
    heading: 'Requests',
    text:
      'Requests per second on each framework: the framework alone, with the request scope of `@throughline/request`, and with the ' +
      'usual solution for it (the peer). Next to a peer, the scope is also measured with the features of the peer alone: it sends no ' +
      'id, and binds no emitter. Three of the frameworks are measured with sessions in memory as well, that each request reads or ' +
      'writes. In the soak, 200 connections send 100 000 requests, and every step of a request checks that it reads its own scope and session. ' +
      'The heap growth is that of the second half of the soak, measured after forced garbage collections.',
  },
  environmentPrefixes: ['requests'],
  subjects: {
    bare: { title: 'framework alone', label: 'framework alone', color: '#8b949e', isOurs: false },
    throughline: { title: 'request scope', label: 'request scope', color: '#159a8c', isOurs: true },
    'throughline-as-peer': {
      title: "request scope, the peer's features",
      label: "scope, peer's features",
      color: '#6fc7be',
      isOurs: true,
    },
    peer: { title: 'peer', label: 'peer', color: '#e0566f', isOurs: false },
    'session-read': { title: 'session read', label: 'session read', color: '#4078c8', isOurs: true },
    'session-write': { title: 'session written', label: 'session written', color: '#b9851a', isOurs: true },
  },
  workloads: Object.fromEntries([...FRAMEWORK_NAMES.flatMap(rateWorkloads), ...soakWorkloads()]),
  targets: REQUEST_TARGETS,
  budget: 'requests',
  rounds: 5,
  pageWorkloads: [...FRAMEWORK_NAMES, SOAK_WORKLOAD, ...FRAMEWORK_NAMES.map((name) => `${name}-${GROWTH_SUFFIX}`)],
  linePlots: [],
  barPlots: [],
  sampleNote:
    'processes per figure, with all variants of a framework taking turns, window by window (soak: one process),',
  ratioNote:
    'The number after × is the ratio to the framework alone; parentheses contain the lowest and the highest ratio.',
  environmentTitle: (_name, version) => `Requests on Node ${version}`,
  pageRank: (environment) => -Number(environment.replace(/\D/g, '')),
  referenceOf: (workload) =>
    workload === SOAK_WORKLOAD || workload.includes(GROWTH_SUFFIX) ? undefined : { subject: 'bare', storageCount: 1 },
  rowTitle: (workload) => {
    const framework = frameworkByWorkload[workload];
    if (framework === undefined) return requestSuite.workloads[workload]?.title ?? workload;
    return framework.peer === undefined ? framework.title : `${framework.title} (peer: \`${framework.peer}\`)`;
  },
};

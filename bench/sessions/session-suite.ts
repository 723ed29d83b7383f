/** What a session adds to a request, next to the session library that most applications of the framework use. */
import type { SampleBudget } from '../suite/sample-budget.js';
import type { Suite, WorkloadEntry } from '../suite/suite.js';
import type { Access } from './servers/session-route.js';
import type { SessionFramework } from './servers/session-server-process.js';
import { SESSION_TARGETS } from './session-targets.js';

/** One kind of request. The name of its workload is, for example, `express-memory-read`. */
export interface SessionWorkload {
  readonly framework: SessionFramework;
  readonly store: 'memory' | 'redis';
  readonly access: Access;
}

const PEERS = { express: '`express-session`', fastify: '`@fastify/session`' } as const;
const FRAMEWORK_TITLES = { express: 'Express 5', fastify: 'Fastify 5' } as const;
const STORE_TITLES = { memory: 'in memory', redis: 'in Redis' } as const;

/** By the names of the workloads. */
export const SESSION_WORKLOADS: Readonly<Record<string, SessionWorkload>> = Object.fromEntries(
  (['memory', 'redis'] as const).flatMap((store) =>
    (['express', 'fastify'] as const).flatMap((framework) =>
      (['read', 'write'] as const).map((access) => [
        `${framework}-${store}-${access}`,
        { framework, store, access } satisfies SessionWorkload,
      ]),
    ),
  ),
);

export const COMMANDS_SUFFIX = 'commands';

/** The names of the workloads of a store, with those that are sampled with them. */
export function workloadsOfStore(store: SessionWorkload['store']): string[] {
  return Object.keys(sessionSuite.workloads).filter((name) => name.includes(`-${store}-`));
}

function titleOf({ framework, store, access }: SessionWorkload): string {
  const peer = `${PEERS[framework]}${store === 'redis' ? ' with `connect-redis`' : ''}`;
  return `${FRAMEWORK_TITLES[framework]}, ${STORE_TITLES[store]}, ${access} (peer: ${peer})`;
}

/** Three servers are warmed up and measured in turns, so that each subject takes half as long again. */
const sampleMs = ({ loadWarmUpMs, loadMs }: SampleBudget) => (loadWarmUpMs + loadMs) * 1.5;

function workloadsOf([name, workload]: [string, SessionWorkload]): [string, WorkloadEntry][] {
  const title = titleOf(workload);
  const timed: [string, WorkloadEntry] = [name, { title, unit: 'ns', storageCounts: [0], expectedMs: sampleMs }];
  if (workload.store === 'memory') return [timed];
  return [
    timed,
    [
      `${name}-${COMMANDS_SUFFIX}`,
      {
        title: `${title}, commands`,
        unit: 'count',
        storageCounts: [0],
        expectedMs: () => 0,
        sampledWith: name,
      },
    ],
  ];
}

export const sessionSuite: Suite = {
  name: 'sessions',
  intro: {
    heading: 'Sessions',
    text:
      'The processor time that a session adds to a request, next to the session library that most applications of the framework ' +
      'use: that of a server with sessions, less that of the same server without. Each of 32 users has a name and a cart with five ' +
      'items in the session. A request reads both; one that writes also counts its visits. In memory, each library has its own ' +
      'store. In Redis, the table shows how many commands a request sends as well.',
  },
  environmentPrefixes: ['sessions'],
  subjects: {
    throughline: { title: '`@throughline/request/sessions`', label: 'Throughline', color: '#159a8c', isOurs: true },
    peer: { title: 'peer', label: 'peer', color: '#e0566f', isOurs: false },
  },
  workloads: Object.fromEntries(Object.entries(SESSION_WORKLOADS).flatMap(workloadsOf)),
  targets: SESSION_TARGETS,
  budget: 'requests',
  rounds: 5,
  get pageWorkloads() {
    return Object.keys(this.workloads);
  },
  linePlots: [],
  barPlots: [],
  sampleNote: 'rounds per figure, each with a process per server, which take turns, window by window,',
  ratioNote: 'The number after × is the ratio to the peer; parentheses contain the lowest and the highest ratio.',
  environmentTitle: (name, version) =>
    `Sessions ${name.includes('redis') ? 'in Redis' : 'in memory'} on Node ${version}`,
  pageRank: (environment) => -Number(environment.replace(/\D/g, '')) + (environment.includes('redis') ? 0.5 : 0),
  referenceOf: () => ({ subject: 'peer', storageCount: 0 }),
  rowTitle: (workload) => sessionSuite.workloads[workload]?.title ?? workload,
};

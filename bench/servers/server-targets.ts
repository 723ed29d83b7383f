/** The targets on servers. */
import type { Reference, Target } from '../suite/suite.js';

const subject = 'throughline';
const contextFrameNodes = ['node24', 'node26'];
const asyncHooksNodes = ['node20', 'node22'];

export const SERVER_TARGETS: readonly Target[] = [
  atMostTimes(contextFrameNodes, 'run', 1, 1.05),
  atLeastTimesAsFast(contextFrameNodes, 'run', 10, 4),
  atLeastTimesAsFast(contextFrameNodes, 'run', 100, 25),
  ...[1, 10, 100].map((storageCount) => atMostTimes(contextFrameNodes, 'getStore', storageCount, 1.1)),
  ...[0, 1, 10, 100].map((storageCount) => atMostTimes(contextFrameNodes, 'await', storageCount, 1.03)),
  ...['bind', 'bound', 'snapshot', 'snapshot-call', 'variable-run', 'variable-get', 'withScope'].flatMap((workload) =>
    [1, 10].map((storageCount) => atMostTimes([...contextFrameNodes, ...asyncHooksNodes], workload, storageCount, 1)),
  ),
  atMostTimes(asyncHooksNodes, 'await', 1, 1.05),
  atLeastTimesAsFast(asyncHooksNodes, 'await', 10, 3),
  atLeastTimesAsFast(asyncHooksNodes, 'await', 100, 40),
  atMostTimes(asyncHooksNodes, 'run', 1, 1.3),
  atMostTimes(asyncHooksNodes, 'getStore', 1, 1.3),
  {
    workload: 'run',
    subject,
    storageCount: 1000,
    reference: { subject, storageCount: 1 },
    bound: { atMost: 3 },
    text: 'at most 3 × the time with 1 storage',
  },
  {
    workload: 'run-beside-native',
    subject,
    storageCount: 1,
    reference: { subject, storageCount: 0 },
    bound: { atMost: 1.5 },
    text: 'at most 1.5 × the time without one',
  },
  atMostAboveEmptyModule('start-up', 5),
  atMostAboveEmptyModule('import', 5),
  atMostAboveEmptyModule('import-express', 10),
  ...[4, 10, 20, 40].flatMap((storageCount) => [
    atLeastOfRegistered(contextFrameNodes, storageCount, storageCount === 4 ? 1 : 1.1),
    atLeastOfRegistered(asyncHooksNodes, storageCount, storageCount === 4 ? 1.15 : 1.3),
  ]),
  atLeastOfRequests('node26', 1, 0.97),
  atLeastOfRequests('node26', 10, 0.85),
  atLeastOfRequests('node20', 1, 0.7),
  atLeastOfRequests('node20', 10, 0.65),
];

/** A bound for the time, as a multiple of what the runtime's own class takes. */
function atMostTimes(environments: readonly string[], workload: string, storageCount: number, atMost: number): Target {
  const reference: Reference = { subject: 'native', storageCount };
  const text = `at most ${atMost} × the runtime’s class`;
  return { environments, workload, subject, storageCount, reference, bound: { atMost }, text };
}

/** A bound for the speed, as a multiple of the speed of the runtime's own class. */
function atLeastTimesAsFast(
  environments: readonly string[],
  workload: string,
  storageCount: number,
  times: number,
): Target {
  const reference: Reference = { subject: 'native', storageCount };
  const text = `at least ${times} × as fast as the runtime’s class`;
  return { environments, workload, subject, storageCount, reference, bound: { atMost: 1 / times }, text };
}

/** A bound for the processor time of a process, in milliseconds above that of one that loads an empty module. */
function atMostAboveEmptyModule(workload: string, ms: number): Target {
  const reference: Reference = { subject: 'none', storageCount: 0 };
  return {
    environments: [...contextFrameNodes, ...asyncHooksNodes],
    workload,
    subject,
    storageCount: 0,
    reference,
    bound: { atMostAbove: ms * 1_000_000 },
    text: `at most ${ms} ms more than with an empty module`,
  };
}

/** A bound for the rate of requests, as a fraction of the rate of a server without storages. */
function atLeastOfRequests(environment: string, storageCount: number, atLeast: number): Target {
  const reference: Reference = { subject: 'none', storageCount: 0 };
  const text = `at least ${atLeast} × the server without storages`;
  return {
    environments: [environment],
    workload: 'http',
    subject,
    storageCount,
    reference,
    bound: { atLeast },
    text,
  };
}

/** A bound for the rate of requests after `throughline/register`, as a multiple of the rate without. */
function atLeastOfRegistered(environments: readonly string[], storageCount: number, atLeast: number): Target {
  const reference: Reference = { subject: 'native', storageCount };
  const text = `at least ${atLeast} × the rate with the runtime’s class`;
  return { environments, workload: 'libraries', subject, storageCount, reference, bound: { atLeast }, text };
}

/** The targets in browsers. */
import type { Reference, Target } from '../suite/suite.js';

const withTransform = ['chromium', 'firefox', 'webkit', 'portable-node26'];
/** The browsers with the stricter targets for interception. In Firefox, it must only be no slower than zone.js. */
const withStrictTargets = ['chromium', 'webkit'];
const awaitWorkloads = ['await', 'pending'];

export const BROWSER_TARGETS: readonly Target[] = [
  ...awaitWorkloads.map((workload) => atMostTimes(withTransform, workload, 'transform', 1, 1.3)),
  ...awaitWorkloads.map((workload) =>
    atLeastTimesAsFast(withStrictTargets, workload, 3, 'interception: at least 3 × as fast as zone.js'),
  ),
  ...awaitWorkloads.map((workload) =>
    atLeastTimesAsFast(['firefox'], workload, 1, 'interception: no slower than zone.js'),
  ),
  ...[...awaitWorkloads, 'then'].map((workload) => atMostTimes(withStrictTargets, workload, 'interception', 0, 1.1)),
  atMostTimes(withStrictTargets, 'setTimeout', 'interception', 0, 1.5),
  ...['transform', 'interception'].map((subject) => atMostAboveVariable('getStore', subject, 3)),
  ...['transform', 'interception'].flatMap((subject): Target[] => [
    { workload: 'soak', subject, storageCount: 1, bound: { atMost: 0 }, text: `${subject}: 0` },
    { workload: 'soak-held', subject, storageCount: 1, bound: { atMost: 10 }, text: `${subject}: at most 10` },
    { workload: 'soak-growth', subject, storageCount: 1, bound: { atMost: 1 }, text: `${subject}: at most 1 B` },
  ]),
];

/** A bound for the time, as a multiple of what the page without tracking takes. */
function atMostTimes(
  environments: readonly string[],
  workload: string,
  subject: string,
  storageCount: number,
  atMost: number,
): Target {
  const reference: Reference = { subject: 'none', storageCount };
  const text = `${subject}: at most ${atMost} × no tracking`;
  return { environments, workload, subject, storageCount, reference, bound: { atMost }, text };
}

/** A bound for the speed of interception with a value set, as a multiple of the speed of zone.js. */
function atLeastTimesAsFast(environments: readonly string[], workload: string, times: number, text: string): Target {
  const reference: Reference = { subject: 'zone.js', storageCount: 1 };
  const bound = { atMost: 1 / times };
  return { environments, workload, subject: 'interception', storageCount: 1, reference, bound, text };
}

/** A bound for the time above that of reading a variable, which is all that the subject without tracking does. */
function atMostAboveVariable(workload: string, subject: string, atMostAbove: number): Target {
  const reference: Reference = { subject: 'none', storageCount: 1 };
  const text = `${subject}: at most ${atMostAbove} ns above a variable`;
  return { workload, subject, storageCount: 1, reference, bound: { atMostAbove }, text };
}

/** The figures to reach in browsers. */
import type { Reference, Target } from '../suite/suite.js';

const transformed = ['chromium', 'firefox', 'webkit', 'portable-node26'];
const fast = ['chromium', 'webkit'];
const awaits = ['await', 'pending'];

export const TARGETS: readonly Target[] = [
  ...awaits.map((workload) => time(transformed, workload, 'transform', 1, 1.3, 'transform: at most 1.3 × no tracking')),
  ...awaits.map((workload) => faster(fast, workload, 3, 'interception: at least 3 × faster than zone.js')),
  ...awaits.map((workload) => faster(['firefox'], workload, 1, 'interception: not slower than zone.js')),
  ...[...awaits, 'then', 'setTimeout'].map((workload) =>
    time(fast, workload, 'interception', 0, 1.5, 'interception: at most 1.5 × no tracking'),
  ),
  ...['transform', 'interception'].map((subject) => above('getStore', subject, 3)),
  ...['transform', 'interception'].flatMap((subject): Target[] => [
    { workload: 'soak', subject, k: 1, bound: { atMost: 0 }, text: `${subject}: none` },
    { workload: 'soak-held', subject, k: 1, bound: { atMost: 10 }, text: `${subject}: at most 10` },
    { workload: 'soak-growth', subject, k: 1, bound: { atMost: 1 }, text: `${subject}: at most 1 B` },
  ]),
];

function time(
  places: readonly string[],
  workload: string,
  subject: string,
  k: number,
  atMost: number,
  text: string,
): Target {
  const against: Reference = { subject: 'none', k };
  return { places, workload, subject, k, against, bound: { atMost }, text };
}

function faster(places: readonly string[], workload: string, times: number, text: string): Target {
  const against: Reference = { subject: 'zone.js', k: 1 };
  return { places, workload, subject: 'interception', k: 1, against, bound: { atMost: 1 / times }, text };
}

function above(workload: string, subject: string, atMostAbove: number): Target {
  const against: Reference = { subject: 'none', k: 1 };
  const text = `${subject}: at most ${atMostAbove} ns above a variable`;
  return { workload, subject, k: 1, against, bound: { atMostAbove }, text };
}

/** The figures to reach on servers. */
import type { Reference, Target } from '../suite/suite.js';

const subject = 'throughline';
const contextFrame = ['node24', 'node26'];
const asyncHooks = ['node20', 'node22'];

export const TARGETS: readonly Target[] = [
  time(contextFrame, 'run', 1, 1.05),
  timesFaster(contextFrame, 'run', 10, 4),
  timesFaster(contextFrame, 'run', 100, 25),
  ...[1, 10, 100].map((k) => time(contextFrame, 'getStore', k, 1.1)),
  ...[0, 1, 10, 100].map((k) => time(contextFrame, 'await', k, 1.05)),
  time(asyncHooks, 'await', 1, 1.05),
  timesFaster(asyncHooks, 'await', 10, 3),
  timesFaster(asyncHooks, 'await', 100, 40),
  time(asyncHooks, 'run', 1, 1.3),
  time(asyncHooks, 'getStore', 1, 1.3),
  {
    workload: 'run',
    subject,
    k: 1000,
    against: { subject, k: 1 },
    bound: { atMost: 3 },
    text: 'at most 3 × its time with 1 storage',
  },
  requests('node26', 1, 0.97),
  requests('node26', 10, 0.85),
  requests('node20', 1, 0.7),
  requests('node20', 10, 0.65),
];

function time(places: readonly string[], workload: string, k: number, atMost: number): Target {
  const against: Reference = { subject: 'native', k };
  return { places, workload, subject, k, against, bound: { atMost }, text: `at most ${atMost} × its time` };
}

function timesFaster(places: readonly string[], workload: string, k: number, times: number): Target {
  const against: Reference = { subject: 'native', k };
  return { places, workload, subject, k, against, bound: { atMost: 1 / times }, text: `at least ${times} × faster` };
}

function requests(place: string, k: number, atLeast: number): Target {
  const against: Reference = { subject: 'none', k: 0 };
  const text = `at least ${atLeast} of the server without storages`;
  return { places: [place], workload: 'http', subject, k, against, bound: { atLeast }, text };
}

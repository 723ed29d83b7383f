import { awaitLoop } from './await.js';
import { getStore } from './get-store.js';
import { http } from './http.js';
import { runEach, runFirst } from './run.js';
import { immediates } from './set-immediate.js';
import type { Workload } from './workload.js';

export interface WorkloadEntry {
  readonly title: string;
  readonly unit: 'ns' | 'requests/s';
  /** The numbers of storages that it is measured with. */
  readonly ks: readonly number[];
  readonly workload: Workload;
}

export const WORKLOADS = {
  run: { title: 'run', unit: 'ns', ks: [1, 10, 100, 1000], workload: runFirst },
  'run-each': { title: 'run, of each storage in turn', unit: 'ns', ks: [10, 100, 1000], workload: runEach },
  getStore: { title: 'getStore', unit: 'ns', ks: [1, 10, 100], workload: getStore },
  await: { title: 'await', unit: 'ns', ks: [0, 1, 10, 100], workload: awaitLoop },
  setImmediate: { title: 'setImmediate', unit: 'ns', ks: [1, 10, 100], workload: immediates },
  http: { title: 'HTTP server', unit: 'requests/s', ks: [0, 1, 10], workload: http },
} as const satisfies Record<string, WorkloadEntry>;

export type WorkloadName = keyof typeof WORKLOADS;
// An object may have more keys than its type; this one is written above.
export const WORKLOAD_NAMES = Object.keys(WORKLOADS) as WorkloadName[];

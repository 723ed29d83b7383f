import type { Workload } from '../../workload.js';
import { awaitLoop } from '../../workloads/await.js';
import { getStore } from '../../workloads/get-store.js';
import { runEach, runFirst } from '../../workloads/run.js';
import { http } from './http.js';
import { immediates } from './set-immediate.js';

/** By the names that suite.ts has for them. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  run: runFirst,
  'run-each': runEach,
  getStore,
  await: awaitLoop,
  setImmediate: immediates,
  http,
};

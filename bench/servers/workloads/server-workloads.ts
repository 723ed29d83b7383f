import type { Workload } from '../../suite/workload.js';
import { awaitLoop } from '../../workloads/await-loop.js';
import { getStore } from '../../workloads/get-store-loop.js';
import { runEach, runFirst } from '../../workloads/run-loop.js';
import { http } from './http-server-rate.js';
import { immediates } from './set-immediate-batch.js';

/** By the names that suite.ts has for them. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  run: runFirst,
  'run-each': runEach,
  getStore,
  await: awaitLoop,
  setImmediate: immediates,
  http,
};

import type { Workload } from '../../suite/workload.js';
import { awaitLoop } from '../../workloads/await-loop.js';
import { getStoreLoop } from '../../workloads/get-store-loop.js';
import { runEach, runFirst } from '../../workloads/run-loop.js';
import { httpServerRate } from './http-server-rate.js';
import { setImmediateBatch } from './set-immediate-batch.js';

/** By their names in server-suite.ts. */
export const SERVER_WORKLOADS: Readonly<Record<string, Workload>> = {
  run: runFirst,
  'run-each': runEach,
  getStore: getStoreLoop,
  await: awaitLoop,
  setImmediate: setImmediateBatch,
  http: httpServerRate,
};

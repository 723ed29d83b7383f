import type { Workload } from '../../suite/workload.js';
import { awaitLoop } from '../../workloads/await-loop.js';
import { getStore } from '../../workloads/get-store-loop.js';
import { timeouts } from './set-timeout-batch.js';
import { pending } from './suspending-await.js';
import { thenLoop } from './then-chain.js';

/** By the names that suite.ts has for them; the soak is another thing, in soak.ts. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  await: awaitLoop,
  pending,
  // biome-ignore lint/suspicious/noThenProperty: nobody awaits a list of workloads
  then: thenLoop,
  setTimeout: timeouts,
  getStore,
};

import type { Workload } from '../../workload.js';
import { awaitLoop } from '../../workloads/await.js';
import { getStore } from '../../workloads/get-store.js';
import { pending } from './pending.js';
import { timeouts } from './set-timeout.js';
import { thenLoop } from './then.js';

/** By the names that suite.ts has for them; the soak is another thing, in soak.ts. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  await: awaitLoop,
  pending,
  // biome-ignore lint/suspicious/noThenProperty: nobody awaits a list of workloads
  then: thenLoop,
  setTimeout: timeouts,
  getStore,
};

import type { Workload } from '../../suite/workload.js';
import { awaitLoop } from '../../workloads/await-loop.js';
import { getStoreLoop } from '../../workloads/get-store-loop.js';
import { setTimeoutBatch } from './set-timeout-batch.js';
import { streamReads, streamWrites } from './stream-chunks.js';
import { suspendingAwait } from './suspending-await.js';
import { thenChain } from './then-chain.js';

/** By their names in browser-suite.ts. The soak is not among them: it yields several figures (flow-soak.ts). */
export const BROWSER_WORKLOADS: Readonly<Record<string, Workload>> = {
  await: awaitLoop,
  pending: suspendingAwait,
  // biome-ignore lint/suspicious/noThenProperty: this table of workloads is never awaited
  then: thenChain,
  setTimeout: setTimeoutBatch,
  getStore: getStoreLoop,
  read: streamReads,
  write: streamWrites,
};

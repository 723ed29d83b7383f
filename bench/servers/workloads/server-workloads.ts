import type { SampleBudget } from '../../suite/sample-budget.js';
import type { Storage, Subject } from '../../suite/subject.js';
import { awaitLoop } from '../../workloads/await-loop.js';
import { getStoreLoop } from '../../workloads/get-store-loop.js';
import { runEach, runFirst } from '../../workloads/run-loop.js';
import { bindLoop, boundLoop } from './bind-loops.js';
import { httpServerRate } from './http-server-rate.js';
import { measureImport } from './import-cost.js';
import { libraryFlow } from './library-flow.js';
import { measureLibraryServer } from './library-server.js';
import { runBesideNative } from './run-beside-native.js';
import { setImmediateBatch } from './set-immediate-batch.js';
import { snapshotCallLoop, snapshotLoop } from './snapshot-loops.js';
import { startUp } from './start-up.js';
import { withScopeLoop } from './with-scope-loop.js';

/** Figures by the names of their workloads in server-suite.ts. */
export type Figures = Readonly<Record<string, number>>;

/** @returns the figure of the workload, or its figures with those of the workloads that are sampled with it */
type ServerWorkload = (
  subject: Subject,
  storages: readonly Storage[],
  budget: SampleBudget,
) => Promise<number | Figures>;

/** By their names in server-suite.ts. */
export const SERVER_WORKLOADS: Readonly<Record<string, ServerWorkload>> = {
  run: runFirst,
  'run-each': runEach,
  'run-beside-native': runBesideNative,
  getStore: getStoreLoop,
  bind: bindLoop,
  bound: boundLoop,
  snapshot: snapshotLoop,
  'snapshot-call': snapshotCallLoop,
  'variable-run': runFirst,
  'variable-get': getStoreLoop,
  withScope: withScopeLoop,
  await: awaitLoop,
  setImmediate: setImmediateBatch,
  http: httpServerRate,
  'start-up': startUp,
  async import(subject, _storages, budget) {
    const { processorTime, memory } = measureImport('throughline', subject, budget);
    return { import: processorTime, 'import-memory': memory };
  },
  async 'import-express'(subject, _storages, budget) {
    const { processorTime, memory } = measureImport('@throughline/request/express', subject, budget);
    return { 'import-express': processorTime, 'import-express-memory': memory };
  },
  'library-flow': libraryFlow,
  async libraries(subject, storages, budget) {
    const { requestsPerSecond, processorTime } = await measureLibraryServer(subject, storages, budget);
    return { libraries: requestsPerSecond, 'libraries-cost': processorTime };
  },
};

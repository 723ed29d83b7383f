/**
 * Flows that are all alive at once, each with its own value: the time of one from its `run` to its end, and the memory
 * that it takes while it waits. A flow is an async function that awaits a promise which all of them share.
 */
import { timeLaps } from '../../measure/stopwatch.js';
import { SCHEDULERS } from '../../servers/workloads/schedulers.js';
import type { Storage } from '../../suite/subject.js';
import { LostValueError } from '../../workloads/flow-values.js';
import { makeUsedStorages } from '../../workloads/used-storages.js';
import type { GrowthWorkload } from './growth-workload.js';
import { heapInUse } from './heap-in-use.js';

/** From this number on, a lap takes seconds, so fewer of them do. */
const SLOW_COUNT = 100_000;
const SLOW_LAP_COUNT = 3;

export const manyFlows: GrowthWorkload = async (subject, count, budget) => {
  const [storage] = (await makeUsedStorages(subject, 1, SCHEDULERS)) as [Storage];
  const lap = async (laps: number) => {
    for (let i = 0; i < laps; i++) {
      const flows = startFlows(storage, count);
      flows.openGate();
      const kept = await flows.countKept();
      if (subject.isTracking && kept !== count) throw new LostValueError();
    }
  };
  // Compiles the code whose memory would be counted otherwise.
  await lap(1);
  const before = await heapInUse();
  const waiting = startFlows(storage, count);
  // Whole bytes: what else the process has made in between is a fraction of a byte for each of a million flows.
  const memory = Math.round(((await heapInUse()) - before) / count);
  waiting.openGate();
  await waiting.countKept();
  const slowBudget = { ...budget, warmUpMs: 0, lapCount: Math.min(SLOW_LAP_COUNT, budget.lapCount) };
  const time = await timeLaps(lap, count < SLOW_COUNT ? budget : slowBudget);
  return { flows: time / count, 'flow-memory': memory };
};

interface Flows {
  openGate(): void;
  /** How many flows read their own value after they had waited. */
  countKept(): Promise<number>;
}

function startFlows(storage: Storage, count: number): Flows {
  const { promise: gate, resolve: openGate } = withResolvers();
  const flows: Promise<boolean>[] = [];
  for (let id = 0; id < count; id++) flows.push(storage.run({ id }, () => waitInFlow(storage, gate)));
  return {
    openGate,
    async countKept() {
      let kept = 0;
      for (const flow of flows) if (await flow) kept++;
      return kept;
    },
  };
}

async function waitInFlow(storage: Storage, gate: Promise<void>): Promise<boolean> {
  const value = storage.getStore();
  await gate;
  return storage.getStore() === value;
}

/** `Promise.withResolvers()`, which Node 20 lacks. */
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

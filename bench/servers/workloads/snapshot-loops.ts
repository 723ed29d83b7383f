/** `snapshot`, and calls in the frame of a snapshot, in a flow in which each storage holds a value. */
import { timeLaps } from '../../measure/stopwatch.js';
import type { StorageClass, Subject } from '../../suite/subject.js';
import type { Workload } from '../../suite/workload.js';
import { runWithValue } from '../../workloads/flow-values.js';
import { MissingMemberError } from '../../workloads/missing-member.js';

type RunInFrame = ReturnType<StorageClass['snapshot']>;

let calls = 0;

const callSites: ((runInFrame: RunInFrame) => void)[] = [
  (runInFrame) =>
    runInFrame(() => {
      calls++;
    }),
  (runInFrame) =>
    runInFrame(() => {
      calls += 1;
    }),
  (runInFrame) =>
    runInFrame(() => {
      ++calls;
    }),
  (runInFrame) =>
    runInFrame(() => {
      calls = calls + 1;
    }),
];

/** Keeps what was made last, so that the compiler cannot leave out that it is made. */
const kept: (RunInFrame | undefined)[] = [undefined, undefined, undefined, undefined];

export const snapshotLoop: Workload = async (subject, storages, budget) => {
  const storageClass = classOf(subject);
  const lap = (count: number) => {
    for (let i = 0; i < count; i++) kept[i & 3] = storageClass.snapshot();
  };
  return runWithValue(storages, {}, () => timeLaps(lap, budget));
};

export const snapshotCallLoop: Workload = async (subject, storages, budget) => {
  const storageClass = classOf(subject);
  // Each holds other values than the flow that calls it.
  const snapshots = callSites.map(() => runWithValue(storages, {}, () => storageClass.snapshot()));
  const lap = (count: number) => {
    const before = calls;
    // `i & 3` is always in range. A check would be part of the timed operation.
    for (let i = 0; i < count; i++) callSites[i & 3]?.(snapshots[i & 3] as RunInFrame);
    if (calls - before !== count) throw new Error('A snapshot did not call its function exactly once each time.');
  };
  return runWithValue(storages, {}, () => timeLaps(lap, budget));
};

function classOf({ storageClass }: Subject): StorageClass {
  if (typeof storageClass?.snapshot !== 'function') throw new MissingMemberError('snapshot()');
  return storageClass;
}

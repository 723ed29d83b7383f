/** `bind` of a function, and calls of bound functions, in a flow in which each storage holds a value. */
import { timeLaps } from '../../measure/stopwatch.js';
import type { StorageClass, Subject } from '../../suite/subject.js';
import type { Workload } from '../../suite/workload.js';
import { runWithValue } from '../../workloads/flow-values.js';
import { MissingMemberError } from '../../workloads/missing-member.js';

let calls = 0;

/** Four functions, as a program binds different ones. */
const functions: ((step: number) => void)[] = [
  (step) => {
    calls += step;
  },
  function add(step) {
    calls = calls + step;
  },
  (step, times = 1) => {
    calls += step * times;
  },
  (step) => {
    calls -= -step;
  },
];

/** Keeps what was made last, so that the compiler cannot leave out that it is made. */
const kept: ((step: number) => void)[] = [...functions];

export const bindLoop: Workload = async (subject, storages, budget) => {
  const { bind } = classOf(subject);
  const lap = (count: number) => {
    // `i & 3` is always in range. A check would be part of the timed operation.
    for (let i = 0; i < count; i++) kept[i & 3] = bind(functions[i & 3] as (step: number) => void);
  };
  return runWithValue(storages, {}, () => timeLaps(lap, budget));
};

export const boundLoop: Workload = async (subject, storages, budget) => {
  const { bind } = classOf(subject);
  // Each holds other values than the flow that calls it.
  const bound = functions.map((fn) => runWithValue(storages, {}, () => bind(fn)));
  const lap = (count: number) => {
    const before = calls;
    for (let i = 0; i < count; i++) bound[i & 3]?.(1);
    if (calls - before !== count) throw new Error('A bound function was not called exactly once each time.');
  };
  return runWithValue(storages, {}, () => timeLaps(lap, budget));
};

/** The static methods use no `this`. */
function classOf({ storageClass }: Subject): StorageClass {
  if (typeof storageClass?.bind !== 'function') throw new MissingMemberError('bind()');
  return storageClass;
}

/**
 * `run` with a new value and a function that does next to nothing, in a flow in which k storages hold a value: of one
 * storage, the one that was set first, or of each in turn.
 *
 * A program runs its storages from several places, each with a function and a kind of value of its own. So there are
 * four places here, called in turn through an array: the compiler may build `run` into each of them, as it does in a
 * program, but can build none of them into the loop, where it could see that the same thing is done again and again.
 * That the values differ in size matters too: with all of one size, a subject was up to a tenth faster or slower by
 * nothing but how its objects happen to lie in the cache.
 */

import { timeLaps } from '../measure/stopwatch.js';
import type { Storage } from '../suite/subject.js';
import type { Workload } from '../suite/workload.js';
import { inFlow } from './flow-values.js';

let calls = 0;

const places: ((storage: Storage, index: number) => void)[] = [
  (storage, index) => {
    storage.run({ index }, () => {
      calls++;
    });
  },
  (storage, index) => {
    storage.run({ index, user: null }, () => {
      calls += 1;
    });
  },
  (storage, index) => {
    storage.run({ index, user: null, trace: '' }, () => {
      ++calls;
    });
  },
  (storage, index) => {
    storage.run({ index, user: null, trace: '', since: 0, tags: null }, () => {
      calls = calls + 1;
    });
  },
];

function runOf(pick: (storages: readonly Storage[]) => readonly Storage[]): Workload {
  return async (_subject, storages, pace) => {
    const picked = pick(storages);
    let next = 0;
    const lap = (count: number) => {
      const before = calls;
      for (let i = 0; i < count; i++) {
        if (++next >= picked.length) next = 0;
        // `next` is in range, and asking would be part of what is timed.
        places[i & 3]?.(picked[next] as Storage, i);
      }
      if (calls - before !== count) throw new Error('run did not call its function each time');
    };
    return inFlow(storages, {}, () => timeLaps(lap, pace));
  };
}

export const runFirst: Workload = runOf((storages) => storages.slice(0, 1));
export const runEach: Workload = runOf((storages) => storages);

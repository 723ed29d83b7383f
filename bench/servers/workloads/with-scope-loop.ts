/** `withScope` with a new value, and the end of the scope, in a flow in which each storage holds a value. */
import { timeLaps } from '../../measure/stopwatch.js';
import type { Storage } from '../../suite/subject.js';
import type { Workload } from '../../suite/workload.js';
import { LostValueError, runWithValue } from '../../workloads/flow-values.js';
import { MissingMemberError } from '../../workloads/missing-member.js';

type ScopedStorage = Required<Storage>;

/** Four call sites, for the reasons in run-loop.ts. */
const callSites: ((storage: ScopedStorage, index: number) => void)[] = [
  (storage, index) => storage.withScope({ index }).dispose(),
  (storage, index) => {
    const scope = storage.withScope({ index, user: null });
    scope.dispose();
  },
  (storage, index) => storage.withScope({ index, user: null, trace: '' }).dispose(),
  (storage, index) => {
    const scope = storage.withScope({ index, user: null, trace: '', since: 0, tags: null });
    scope.dispose();
  },
];

export const withScopeLoop: Workload = async (subject, storages, budget) => {
  const [storage] = storages;
  if (!hasScopes(storage)) throw new MissingMemberError('withScope()');
  const value = {};
  const lap = (count: number) => {
    for (let i = 0; i < count; i++) callSites[i & 3]?.(storage, i);
    if (subject.isTracking && storage.getStore() !== value) throw new LostValueError();
  };
  return runWithValue(storages, value, () => timeLaps(lap, budget));
};

function hasScopes(storage: Storage | undefined): storage is ScopedStorage {
  return typeof storage?.withScope === 'function';
}

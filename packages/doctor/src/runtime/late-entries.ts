/**
 * Kind 3: a value that was entered where its reader cannot see it.
 *
 *     async function authenticate() {                     async function handler() {
 *       const user = await load();                          await authenticate();
 *       users.enterWith(user);                              users.getStore(); // undefined
 *     }                                                   }
 *
 * `enterWith()` sets a value for what runs from then on in the same call. After an `await`, that is the rest of the
 * async function and what it calls. The function that awaits it continues in the frame of its own `await`, without the
 * value.
 *
 * What happens afterwards shows whether this is a mistake. If code after `enterWith()` reads the value, it was meant
 * for that code. It is a finding if no code ever reads the value, and the awaiting function reads the storage without
 * it.
 */
import { functionOf } from './file-tables.js';
import { flowObserver } from './flow-observer.js';
import { keyOf, Mark, type Scope, type Storage } from './scope.js';
import { isFileFrame, recordStack, type Stack } from './stack.js';

const STACK_DEPTH = 30;
/** Entries of a storage whose stack is recorded. Later ones are recorded less often. */
const RECORDED_ENTRIES = 200;
const SAMPLED_ENTRIES = 16;
/** Reads whose stack is compared, for each place. */
const COMPARED_READS = 500;

/** All late entries at one place. */
export interface LateEntries {
  readonly storage: Storage;
  /** From the place that entered to the functions that await it. */
  readonly stack: Stack;
  count: number;
  /** Whether code behind an entry read the value. */
  isSeen: boolean;
  /** How often the storage was read without the value by a function that had awaited, and where first. */
  missedCount: number;
  missedAt: Stack | undefined;
  /** The functions that awaited. */
  readonly awaiters: Set<string>;
  /** The scopes in which the functions that awaited continue. */
  readonly parents: WeakSet<Scope>;
  comparedReads: number;
}

const entriesByPlace = new Map<string, LateEntries>();
const entriesByStorage = new WeakMap<Storage, LateEntries[]>();
const entriesByScope = new WeakMap<Scope, LateEntries>();
const counts = new WeakMap<Storage, number>();
let hasEntries = false;

export function allLateEntries(): IterableIterator<LateEntries> {
  return entriesByPlace.values();
}

/** Called when `enterWith()` has opened a scope. */
export function noteEntry(storage: Storage, value: unknown, scope: Scope): void {
  const { parent } = scope;
  if (value === undefined) return;
  const count = (counts.get(storage) ?? 0) + 1;
  counts.set(storage, count);
  if (count > RECORDED_ENTRIES && count % SAMPLED_ENTRIES !== 0) return;
  const stack = recordStack(STACK_DEPTH);
  const awaiters = stack.filter((frame) => frame.isAsync && isFileFrame(frame));
  if (awaiters.length === 0) return;
  const [top] = stack;
  const place = `${top?.file}:${top?.line}:${top?.column}`;
  let entries = entriesByPlace.get(place);
  if (entries === undefined) {
    entries = {
      storage,
      stack,
      count: 0,
      isSeen: false,
      missedCount: 0,
      missedAt: undefined,
      awaiters: new Set(),
      parents: new WeakSet(),
      comparedReads: 0,
    };
    entriesByPlace.set(place, entries);
    const known = entriesByStorage.get(storage);
    if (known === undefined) entriesByStorage.set(storage, [entries]);
    else known.push(entries);
    hasEntries = true;
  }
  entries.count++;
  for (const awaiter of awaiters) {
    const name = functionOf(awaiter);
    if (name !== undefined) entries.awaiters.add(name);
  }
  if (parent !== undefined) entries.parents.add(parent);
  entriesByScope.set(scope, entries);
}

/** Called for each read. */
export function noteReadOfEntry(storage: Storage, now: Scope | undefined): void {
  if (!hasEntries) return;
  const all = entriesByStorage.get(storage);
  if (all === undefined) return;
  const key = keyOf(storage);
  for (let at = now; at !== undefined; at = at.parent) {
    if (at instanceof Mark) return;
    if (at.key !== key) continue;
    const entries = entriesByScope.get(at);
    if (entries === undefined) break;
    entries.isSeen = true;
    return;
  }
  for (const entries of all) {
    if (entries.isSeen) continue;
    if (entries.comparedReads++ >= COMPARED_READS) continue;
    const stack = recordStack(STACK_DEPTH);
    const continuesThere = now !== undefined && entries.parents.has(now);
    const isByAwaiter = stack.some((frame) => {
      const name = functionOf(frame);
      return name !== undefined && entries.awaiters.has(name);
    });
    if (!isByAwaiter && !continuesThere) continue;
    entries.missedCount++;
    entries.missedAt ??= stack;
    flowObserver?.found(now, entries);
  }
}

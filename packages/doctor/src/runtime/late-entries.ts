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
 * it: behind its `await`, because what it reads before belongs to another question, such as whether there is a user yet.
 *
 * A framework may call `then()` of the promise, or the value is entered in a callback. Then no function awaits, and it is
 * a finding if no code ever reads the value, and code that runs where it was called reads the storage without it. In a
 * browser that does not record which functions await, this is known of calls in a flow only.
 */

import { recordsAwaits } from './capture-frames.js';
import { noteChange } from './changes.js';
import { functionOf, offsetOf } from './file-tables.js';
import { flowObserver } from './flow-observer.js';
import { type Held, keyOf, Mark, type Scope, type Storage, storagesOfProgram } from './scope.js';
import { isFileFrame, recordStack, type Stack } from './stack.js';
import { labelOf, type StorageLabel } from './storage-labels.js';

const STACK_DEPTH = 30;
/** Entries of a storage whose stack is recorded. Later ones are recorded less often. */
const RECORDED_ENTRIES = 200;
const SAMPLED_ENTRIES = 16;
/** Reads whose stack is compared, for each place. */
const COMPARED_READS = 500;

/** All late entries at one place. */
export interface LateEntries {
  readonly storage: StorageLabel;
  /** From the place that entered to the functions that await it. */
  readonly stack: Stack;
  count: number;
  /** Whether code behind an entry read the value. */
  isSeen: boolean;
  /** How often the storage was read without the value by a function that had awaited, and where first. */
  missedCount: number;
  missedAt: Stack | undefined;
  /** The functions that awaited, each with the offset of its first `await`. */
  readonly awaiters: Map<string, number>;
  /** The scopes in which the functions that awaited continue. */
  readonly parents: WeakSet<Scope>;
  comparedReads: number;
}

const entriesByPlace = new Map<string, LateEntries>();
const entriesByStorage = new Map<StorageLabel, LateEntries[]>();
/** By the value of the scope, which stays the same when the scope is moved. */
const entriesByValue = new WeakMap<Held, LateEntries>();
const counts = new Map<StorageLabel, number>();
let hasEntries = false;

export function allLateEntries(): IterableIterator<LateEntries> {
  return entriesByPlace.values();
}

/**
 * Called when `enterWith()` has opened a scope.
 * @param before what was current before
 */
export function noteEntry(storage: Storage, value: unknown, scope: Scope, before: Scope | undefined): void {
  if (value === undefined) return;
  const label = labelOf(storage);
  const count = (counts.get(label) ?? 0) + 1;
  counts.set(label, count);
  if (count > RECORDED_ENTRIES && count % SAMPLED_ENTRIES !== 0) return;
  const stack = recordStack(STACK_DEPTH);
  const awaiters = stack.filter((frame) => frame.isAsync && isFileFrame(frame));
  const [top] = stack;
  const place = `${top?.file}:${top?.line}:${top?.column}`;
  let entries = entriesByPlace.get(place);
  if (entries === undefined) {
    entries = {
      storage: label,
      stack,
      count: 0,
      isSeen: false,
      missedCount: 0,
      missedAt: undefined,
      awaiters: new Map(),
      parents: new WeakSet(),
      comparedReads: 0,
    };
    entriesByPlace.set(place, entries);
    const known = entriesByStorage.get(label);
    if (known === undefined) entriesByStorage.set(label, [entries]);
    else known.push(entries);
    hasEntries = true;
  }
  entries.count++;
  for (const awaiter of awaiters) {
    const name = functionOf(awaiter);
    const offset = offsetOf(awaiter);
    if (name === undefined || offset === undefined) continue;
    entries.awaiters.set(name, Math.min(offset, entries.awaiters.get(name) ?? offset));
  }
  if (before !== undefined) entries.parents.add(before);
  if (scope.value !== undefined) entriesByValue.set(scope.value, entries);
}

/** Called for each read. */
export function noteReadOfEntry(storage: Storage, now: Scope | undefined): void {
  if (!hasEntries) return;
  const all = entriesByStorage.get(labelOf(storage));
  if (all === undefined) return;
  const key = keyOf(storage);
  let hasValue = false;
  for (let at = now; at !== undefined; at = at.parent) {
    if (at instanceof Mark) return;
    if (at.key !== key) continue;
    hasValue = true;
    const entries = at.value && entriesByValue.get(at.value);
    if (entries === undefined) break;
    entries.isSeen = true;
    return;
  }
  for (const entries of all) {
    if (entries.isSeen) continue;
    if (entries.comparedReads++ >= COMPARED_READS) continue;
    const stack = recordStack(STACK_DEPTH);
    // All code is in the root or in the scope of the program, and continues there.
    const isInProgram = now === undefined || storagesOfProgram(now) !== undefined;
    const continuesThere = isInProgram
      ? recordsAwaits && entries.awaiters.size === 0 && !hasValue && !isBeforeEntry(stack, entries.stack)
      : entries.parents.has(now);
    const isByAwaiter = stack.some((frame) => {
      const offset = offsetOf(frame);
      const awaited = entries.awaiters.get(functionOf(frame) ?? '');
      return offset !== undefined && awaited !== undefined && offset > awaited;
    });
    if (!isByAwaiter && !continuesThere) continue;
    entries.missedCount++;
    entries.missedAt ??= stack;
    noteChange(entries.missedCount);
    flowObserver?.found(now, entries);
  }
}

/** Whether a function of the application that enters the value reads it before. */
function isBeforeEntry(stack: Stack, [entry]: Stack): boolean {
  const name = entry && functionOf(entry);
  const entryOffset = entry && offsetOf(entry);
  return stack.some((frame) => {
    const offset = offsetOf(frame);
    if (offset === undefined || entryOffset === undefined || functionOf(frame) !== name) return false;
    return offset <= entryOffset;
  });
}

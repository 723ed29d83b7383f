/**
 * Kind 2: work that one flow does for others.
 *
 *     a batch       request A: load(1) ─┐                       ┌─ settles the promise of A
 *                   request B: load(2) ─┼─ work, in the flow ───┼─ settles the promise of B   at the same place
 *                   request C: load(3) ─┘  of A: reads A        └─ settles the promise of C
 *
 *     a promise     request A: get() ─── makes a promise, whose work reads A ─┬─ A waits for it
 *                   request B: get() ─── gets the same promise ───────────────┼─ B waits for it
 *                   request C: get() ─── gets the same promise ───────────────┴─ C waits for it
 *
 * The work reads a storage and uses the value of A for all. The read must come after the promises were made, and must
 * have led to their settling (read-trails.ts).
 *
 * A pool, a lock or a queue looks similar when it hands over: A, which has read something, settles the promise that lets
 * B continue. But A itself does not wait for that, and each promise lets only one flow continue. So both must let two
 * other flows continue in addition to their own: the promise itself, or a batch in one job and at one place. What B does
 * next is not caused by the reads of A.
 *
 * Reads in a lost call do not count, because a lost call has a finding of its own.
 */

import { noteChange } from './changes.js';
import { currentScope } from './current-scope.js';
import { PromiseRecord, recordOf, recordPromise, type Waiting } from './promise-records.js';
import { observePromises, windowOfNow } from './promise-windows.js';
import { addRead, beginJob, causeOfNow, join, nextTime, type Read, readsSince, trailOfNow } from './read-trails.js';
import { observeReads } from './reads.js';
import { isLost, isSameFlow, keyOf, type Scope, type Storage, settingIn } from './scope.js';
import { type CapturedStack, captureStack, framesOf, isSamePlace, isUserFrame, type Stack } from './stack.js';
import { labelOf, type StorageLabel } from './storage-labels.js';

/** Other flows that must wait for a promise or a batch. */
const WAITING_FLOWS = 2;
/** Flows that are remembered for a promise, and promises of other flows for a job. */
const MAXIMUM_WAITING = 100;
/** Frames that are compared to decide whether two promises were settled at the same place. */
const COMPARED_FRAMES = 3;

/** All shared work that reads a storage at one place. */
export interface SharedWork {
  readonly storage: StorageLabel;
  readonly stack: Stack;
  /** How often another flow waited for it. */
  count: number;
}

/** A promise of another flow that a job has settled after reads. */
interface Foreign {
  readonly scope: Scope;
  readonly reads: readonly Read[];
  readonly captured: CapturedStack;
  frames: Stack | undefined;
  isCounted: boolean;
}

const works: SharedWork[] = [];
/** What the running job has settled: the reads behind promises for which its own flow waits, and those of others. */
let readsForOwn = new Set<Read>();
let foreigns: Foreign[] = [];
let scopeOfJob: Scope | undefined;
/**
 * Whether a lost call has read in the running job. Then it runs callbacks of several flows, and is not work for them.
 */
let hasLostRead = false;

export function recordSharedWork(): void {
  observeReads((storage, value, now) => {
    if (value !== undefined) noteReadWithValue(storage, now);
  });
  observePromises({ made: noteMaking, began: noteReaction, ended: endJob, settled: noteSettling });
}

export function allSharedWork(): readonly SharedWork[] {
  return works;
}

/** Called when a storage was read and had a value. */
function noteReadWithValue(storage: Storage, now: Scope | undefined): void {
  if (windowOfNow() === 0 || now === undefined) return;
  if (isLost(now)) hasLostRead = true;
  else addRead(keyOf(storage), now);
}

function noteMaking(promise: object, parent: object | undefined): void {
  const scope = currentScope();
  const parentRecord = parent === undefined ? undefined : recordOf(parent);
  if (parentRecord !== undefined) noteWaiting(parentRecord, scope);
  // A chain of reactions is one work. It begins with its first promise.
  const isContinued = parentRecord?.isSettled === false && isOfSameFlow(parentRecord.scope, scope);
  const since = isContinued ? parentRecord.since : nextTime();
  recordPromise(promise, new PromiseRecord(scope, since, parentRecord, causeOfNow()));
}

function noteReaction(promise: object): void {
  const record = recordOf(promise);
  if (record === undefined) {
    nextJob(undefined);
    return;
  }
  const { parent, inherited, scope } = record;
  // What another flow has read does not lead further.
  const settled = parent !== undefined && isOfSameFlow(parent.settledIn, scope) ? parent.settled : undefined;
  record.parent = undefined;
  nextJob(join(inherited, settled));
}

function endJob(): void {
  nextJob(undefined);
}

function nextJob(cause: Parameters<typeof beginJob>[0]): void {
  beginJob(cause);
  hasLostRead = false;
  if (scopeOfJob !== undefined) forgetSettlings(undefined);
}

/** Also called when a promise is resolved with another one, and again when it is settled like that one. */
function noteSettling(promise: object): void {
  const record = recordOf(promise);
  if (record === undefined) return;
  record.isSettled = true;
  record.settled = undefined;
  record.settledIn = undefined;
  const trail = trailOfNow();
  const scope = currentScope();
  if (trail === undefined || scope === undefined || trail.latest <= record.since || isLost(scope)) return;
  const reads = readsSince(trail, record.since).filter((read) => isSameFlow(read.scope, scope));
  if (reads.length === 0) return;
  record.settled = trail;
  record.settledIn = scope;
  countWaiting(record);
  if (record.scope !== undefined) addToJob(record, record.scope, reads, scope);
}

/** Called when a reaction of a promise is made in a scope. */
function noteWaiting(promise: PromiseRecord, scope: Scope | undefined): void {
  if (promise.isSettled && promise.settled === undefined) return;
  if (scope === undefined) promise.isAwaitedOutside = true;
  else {
    promise.waiting ??= [];
    if (promise.waiting.length >= MAXIMUM_WAITING) return;
    if (promise.waiting.some((known) => isSameFlow(known.scope, scope))) return;
    promise.waiting.push({ scope, since: nextTime(), isCounted: false });
  }
  countWaiting(promise);
}

/** Counts the other flows that wait for a promise which a flow has settled that waits for it too. */
function countWaiting({ scope, since, settled, settledIn, waiting, isAwaitedOutside }: PromiseRecord): void {
  if (settled === undefined || settledIn === undefined || waiting === undefined) return;
  if (waiting.length < WAITING_FLOWS) return;
  const own = waiting.find((flow) => isSameFlow(flow.scope, settledIn));
  const isMaker = isOfSameFlow(scope, settledIn) && (own !== undefined || isAwaitedOutside);
  if (!isMaker && own === undefined) return;
  const counted = new Set<Waiting>();
  for (const read of readsSince(settled, isMaker ? since : (own?.since ?? since))) {
    if (!isSameFlow(read.scope, settledIn)) continue;
    const others = waiting.filter((flow) => flow !== own && holdsAnother(flow.scope, read));
    const added = others.filter(({ isCounted }) => !isCounted);
    if (others.length < WAITING_FLOWS || added.length === 0) continue;
    addWork(read, added.length);
    for (const other of added) counted.add(other);
  }
  for (const other of counted) other.isCounted = true;
}

/**
 * Adds a promise to what the running job has settled.
 *
 * A promise of the own flow that comes last can be that of the running async function, which ends after it has handed
 * over. So it counts only if it is settled at the same place as the others.
 */
function addToJob(record: PromiseRecord, maker: Scope, reads: readonly Read[], scope: Scope): void {
  if (scope !== scopeOfJob) forgetSettlings(scope);
  if (isSameFlow(maker, scope)) {
    // What has just been made and settled is nothing that the flow waits for.
    if (record.waiting === undefined && !record.isAwaitedOutside) return;
    if (foreigns.length > 0 && !isAtPlaceOf(foreigns, captureStack(COMPARED_FRAMES))) return;
    for (const read of reads) readsForOwn.add(read);
  } else {
    const different = reads.filter((read) => holdsAnother(maker, read));
    if (different.length === 0 || foreigns.length >= MAXIMUM_WAITING) return;
    const captured = captureStack(COMPARED_FRAMES);
    foreigns.push({ scope: maker, reads: different, captured, frames: undefined, isCounted: false });
  }
  if (foreigns.length >= WAITING_FLOWS && readsForOwn.size > 0 && !hasLostRead) countBatch();
}

function forgetSettlings(scope: Scope | undefined): void {
  scopeOfJob = scope;
  readsForOwn = new Set();
  foreigns = [];
}

/** Counts the promises of other flows that were settled at one place, after a read for the own flow. */
function countBatch(): void {
  const latest = foreigns.at(-1) as Foreign;
  const batch = foreigns.filter((other) => isAtSamePlace(placeOf(other), placeOf(latest)));
  const counted = new Set<Foreign>();
  for (const read of latest.reads) {
    if (!readsForOwn.has(read)) continue;
    const others = batch.filter(({ reads }) => reads.includes(read));
    if (!others.some(({ scope }) => !isSameFlow(scope, latest.scope))) continue;
    const added = others.filter(({ isCounted }) => !isCounted);
    if (added.length > 0) addWork(read, added.length);
    for (const other of added) counted.add(other);
  }
  for (const other of counted) other.isCounted = true;
}

function isAtPlaceOf(all: readonly Foreign[], captured: CapturedStack): boolean {
  const frames = framesOf(captured).slice(0, COMPARED_FRAMES);
  return all.some((foreign) => isAtSamePlace(placeOf(foreign), frames));
}

function placeOf(foreign: Foreign): Stack {
  foreign.frames ??= framesOf(foreign.captured).slice(0, COMPARED_FRAMES);
  return foreign.frames;
}

function isAtSamePlace(a: Stack, b: Stack): boolean {
  return a.length > 0 && a.every((frame, i) => isSamePlace(frame, b[i]));
}

function isOfSameFlow(a: Scope | undefined, b: Scope | undefined): boolean {
  return a !== undefined && b !== undefined && isSameFlow(a, b);
}

function holdsAnother(scope: Scope | undefined, { key, scope: reader }: Read): boolean {
  const own = settingIn(scope, key);
  return own !== undefined && !Object.is(own.value, settingIn(reader, key)?.value);
}

function addWork({ key, stack }: Read, count: number): void {
  const storage = key.storage.deref();
  if (stack === undefined || storage === undefined) return;
  const label = labelOf(storage);
  const place = stack.find(isUserFrame);
  const known = works.find((work) => work.storage === label && isSamePlace(work.stack.find(isUserFrame), place));
  if (known === undefined) works.push({ storage: label, stack, count });
  else known.count += count;
  noteChange(known === undefined ? 1 : known.count);
}

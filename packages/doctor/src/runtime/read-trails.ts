/**
 * The reads that led to the running code, within one flow.
 *
 *     read a ──▶ timer ──▶ read b ──▶ resolve()         trail: b, a
 *                              ╲
 *     await p ◀── p is settled ─╯ ──▶ resolve()         trail: b, a, although the frame is that of the `await`
 *
 * A trail is a value of a storage, so the runtime carries it to everything that the code starts. What a frame does not
 * carry is how a promise was settled: the trail of a reaction is the one of its frame, and the one behind its promise.
 *
 * A trail has a limited length, so that a timer that starts itself again does not keep its past.
 */
import { isSameFlow, type Scope, type StorageKey } from './scope.js';
import { recordStack, type Stack } from './stack.js';
import { createUnwatchedStorage } from './unwatched-storage.js';

const MAXIMUM_DEPTH = 64;
/** Reads of one job that are followed. */
const MAXIMUM_READS_OF_JOB = 8;
/** How much of a trail is searched, and how many reads of it are used. */
const MAXIMUM_SEARCHED = 64;
const MAXIMUM_FOUND = 8;
const STACK_DEPTH = 12;
/** Reads whose stack is recorded. Of later ones, one of this many is. */
const RECORDED_READS = 1000;
const SAMPLED_READS = 16;

export interface Read {
  readonly key: StorageKey;
  readonly scope: Scope;
  readonly time: number;
  /** Undefined if it was not recorded. */
  readonly stack: Stack | undefined;
}

export class Trail {
  readonly read: Read | undefined;
  /** What the frame carried, and what was behind the promise that the job is a reaction of. */
  readonly carried: Trail | undefined;
  readonly cause: Trail | undefined;
  readonly scope: Scope | undefined;
  /** The time of the latest read. */
  readonly latest: number;
  readonly depth: number;
  readonly job: number;
  /** How many reads of the same job it begins with. */
  readonly readsOfJob: number;

  constructor(read: Read | undefined, carried: Trail | undefined, cause: Trail | undefined) {
    const depth = Math.max(carried?.depth ?? -1, cause?.depth ?? -1) + 1;
    const isTooDeep = depth > MAXIMUM_DEPTH;
    this.read = read;
    this.scope = read?.scope ?? carried?.scope ?? cause?.scope;
    this.carried = isTooDeep ? undefined : carried;
    this.cause = isTooDeep ? undefined : cause;
    this.latest = read?.time ?? Math.max(carried?.latest ?? 0, cause?.latest ?? 0);
    this.depth = isTooDeep ? 0 : depth;
    this.job = job;
    this.readsOfJob = read === undefined ? 0 : (carried?.job === job ? carried.readsOfJob : 0) + 1;
  }
}

const trails = createUnwatchedStorage<Trail>();
let time = 0;
let reads = 0;
/** The number of the running job, and what is behind the promise that it is a reaction of. */
let job = 0;
let causeOfJob: Trail | undefined;

/** The time of now, which is after all times before. */
export function nextTime(): number {
  return ++time;
}

/** Called when a reaction of a promise begins, with what is behind its promise, and when it ends. */
export function beginJob(cause: Trail | undefined): void {
  job++;
  causeOfJob = cause;
}

/** The part of it that frames do not carry to what the code starts. */
export function causeOfNow(): Trail | undefined {
  return causeOfJob;
}

/** The reads that led to the running code. */
export function trailOfNow(): Trail | undefined {
  return join(trails.getStore(), causeOfJob);
}

export function join(carried: Trail | undefined, cause: Trail | undefined): Trail | undefined {
  if (carried === undefined || carried === cause) return cause;
  if (cause === undefined) return carried;
  return new Trail(undefined, carried, cause);
}

/** Adds a read to the trail of the running code and of all that it starts. */
export function addRead(key: StorageKey, scope: Scope): void {
  let carried = trails.getStore();
  // What `run()` leaves behind in the code around it belongs to the flow that it has opened.
  if (carried?.scope !== undefined && !isSameFlow(carried.scope, scope)) carried = undefined;
  if (carried?.job === job && carried.readsOfJob >= MAXIMUM_READS_OF_JOB) return;
  const isRecorded = ++reads <= RECORDED_READS || reads % SAMPLED_READS === 0;
  const read = { key, scope, time: ++time, stack: isRecorded ? recordStack(STACK_DEPTH) : undefined };
  trails.enterWith(new Trail(read, carried, causeOfJob));
}

/** Returns the reads of a trail after a time, the latest first. */
export function readsSince(trail: Trail, since: number): Read[] {
  const found: Read[] = [];
  const seen = new Set<Trail>();
  const queue: Trail[] = [trail];
  for (let i = 0; i < queue.length && i < MAXIMUM_SEARCHED && found.length < MAXIMUM_FOUND; i++) {
    const at = queue[i] as Trail;
    if (at.latest <= since || seen.has(at)) continue;
    seen.add(at);
    if (at.read !== undefined && at.read.time > since) found.push(at.read);
    if (at.carried !== undefined) queue.push(at.carried);
    if (at.cause !== undefined) queue.push(at.cause);
  }
  return found;
}

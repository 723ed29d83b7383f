/**
 * Kind 4: a read without a value, and the origin of the code that read. Code that belongs to no flow may read no value, so
 * this is only reported on demand, and only for storages that have held a value, before or afterwards: a module reads
 * before the first request comes.
 */
import { noteChange } from './changes.js';
import { flowObserver } from './flow-observer.js';
import type { Origin } from './making.js';
import { originOfNow, recordOrigins } from './origins.js';
import { Mark, type Scope, type Storage } from './scope.js';
import { type Frame, isUserFrame, recordStack, type Stack } from './stack.js';
import { labelOf, type StorageLabel } from './storage-labels.js';

const STACK_DEPTH = 30;
/** Reads at one place whose whole stack is recorded. Of later ones, only the place is determined. */
const RECORDED_READS = 1000;
/** Deep enough for a read in a function of a package, such as a logger. */
const PLACE_DEPTH = 8;

export interface EmptyRead {
  readonly storage: StorageLabel;
  readonly stack: Stack;
  readonly origin: Origin;
  count: number;
  /** Whether a storage that was read has held a value. */
  isOfUsedStorage: boolean;
}

/** All reads at one place, by the places of their origins. */
interface ReadsOfPlace {
  recorded: number;
  readonly byOrigin: Map<string, EmptyRead>;
  /** The one that was read last. */
  last: EmptyRead | undefined;
}

const readsByPlace = new Map<string, ReadsOfPlace>();
const withValue = new WeakSet<Storage>();
/** The reads of storages that have not held a value yet. */
const pending = new WeakMap<Storage, Set<EmptyRead>>();
let isEnabled = false;

export function recordEmptyReads(): void {
  isEnabled = true;
  recordOrigins();
}

export function* allEmptyReads(): Generator<EmptyRead> {
  for (const { byOrigin } of readsByPlace.values()) {
    for (const read of byOrigin.values()) if (read.isOfUsedStorage) yield read;
  }
}

/** Called when a storage gets a value. What was read before is a finding from then on. */
export function noteFirstValue(storage: Storage, value: unknown): void {
  if (!isEnabled || value === undefined || withValue.has(storage)) return;
  withValue.add(storage);
  for (const read of pending.get(storage) ?? []) read.isOfUsedStorage = true;
  pending.delete(storage);
}

/** Called when a storage was read and had no value. */
export function noteReadWithoutValue(storage: Storage, now: Scope | undefined): void {
  if (!isEnabled) return;
  // A lost call has a finding of its own.
  for (let at = now; at !== undefined; at = at.parent) if (at instanceof Mark) return;
  const label = labelOf(storage);
  const place = `${label.name} ${textOf(recordStack(PLACE_DEPTH).find(isUserFrame))}`;
  let reads = readsByPlace.get(place);
  if (reads === undefined) {
    reads = { recorded: 0, byOrigin: new Map(), last: undefined };
    readsByPlace.set(place, reads);
  }
  if (reads.recorded >= RECORDED_READS && reads.last !== undefined) {
    reads.last.count++;
    noteStorage(reads.last, storage);
    return;
  }
  reads.recorded++;
  const stack = recordStack(STACK_DEPTH);
  const origin = originOfNow();
  const key = origin.map(({ frame }) => textOf(frame)).join(' ');
  reads.last = reads.byOrigin.get(key);
  if (reads.last === undefined) {
    reads.last = { storage: label, stack, origin, count: 0, isOfUsedStorage: false };
    reads.byOrigin.set(key, reads.last);
  }
  reads.last.count++;
  noteStorage(reads.last, storage);
  noteChange(reads.last.count);
  flowObserver?.found(now, reads.last);
}

function noteStorage(read: EmptyRead, storage: Storage): void {
  if (read.isOfUsedStorage) return;
  if (withValue.has(storage)) {
    read.isOfUsedStorage = true;
    return;
  }
  const reads = pending.get(storage) ?? new Set();
  pending.set(storage, reads.add(read));
}

function textOf(frame: Frame | undefined): string {
  return `${frame?.file}:${frame?.line}:${frame?.column}`;
}

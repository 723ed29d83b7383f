/**
 * Kind 4: a read without a value, and the origin of the code that read. Code that belongs to no flow may read no value,
 * so this is only reported on demand, and only for storages that have held a value.
 */
import { flowObserver } from './flow-observer.js';
import { type Origin, originOfNow, recordOrigins } from './origins.js';
import { Mark, type Scope, type Storage } from './scope.js';
import { isUserFrame, recordStack, type Stack } from './stack.js';

const STACK_DEPTH = 30;
/** Reads whose stack is recorded. All others of a place are not counted. */
const RECORDED_READS = 10_000;

export interface EmptyRead {
  readonly storage: Storage;
  readonly stack: Stack;
  readonly origin: Origin;
  count: number;
}

const reads = new Map<string, EmptyRead>();
const withValue = new WeakSet<Storage>();
let recorded = 0;
let isEnabled = false;

export function recordEmptyReads(): void {
  isEnabled = true;
  recordOrigins();
}

export function allEmptyReads(): IterableIterator<EmptyRead> {
  return reads.values();
}

/** Called when a storage gets a value. */
export function noteFirstValue(storage: Storage, value: unknown): void {
  if (isEnabled && value !== undefined) withValue.add(storage);
}

/** Called when a storage was read and had no value. */
export function noteReadWithoutValue(storage: Storage, now: Scope | undefined): void {
  if (!isEnabled || !withValue.has(storage) || recorded >= RECORDED_READS) return;
  // A lost call has a finding of its own.
  for (let at = now; at !== undefined; at = at.parent) if (at instanceof Mark) return;
  recorded++;
  const stack = recordStack(STACK_DEPTH);
  const origin = originOfNow();
  const frames = [stack.find(isUserFrame), ...origin.map(({ frame }) => frame)];
  const key = frames.map((frame) => `${frame?.file}:${frame?.line}:${frame?.column}`).join(' ');
  let known = reads.get(key);
  if (known === undefined) {
    known = { storage, stack, origin, count: 0 };
    reads.set(key, known);
  }
  known.count++;
  flowObserver?.found(now, known);
}

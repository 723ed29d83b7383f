/**
 * The origin of the running code: the chain of places that made the asynchronous resources it runs in.
 *
 *     module level ── setInterval() at poller.js:9 ── fetch() at poller.js:3 ── the code that runs now
 *
 * Node calls a hook for each timer, promise, socket, request and so on, and passes the resource that is running.
 * Recording a place for each makes a program several times slower, so this is done on demand only.
 */
import { createHook, executionAsyncId } from 'node:async_hooks';
import { type Frame, isSamePlace, isUserFrame, recordStack } from './stack.js';

/** A timer, promise, socket and so on that the application made. */
export interface Making {
  /** The type as Node names it, such as `Timeout`. */
  readonly type: string;
  readonly frame: Frame;
}

/** The chain of a resource, from itself to the first one, without those that only Node or packages made. */
export type Origin = readonly Making[];

const STACK_DEPTH = 12;
/** A package that is called by the application may be deep when it makes a timer. */
const DEEP_STACK = 50;
/** Types of which a program makes so many that their stacks are not recorded twice. */
const FREQUENT: ReadonlySet<string> = new Set(['PROMISE', 'TickObject', 'Microtask']);
/** Makings that are kept of a chain, so that a timer that starts itself again does not keep its past. */
const MAXIMUM_LENGTH = 6;

const origins = new Map<number, Origin>();

export function recordOrigins(): void {
  createHook({
    init(asyncId, type, triggerAsyncId) {
      // Node makes the socket of a connection in no resource, but names its server as the trigger.
      const origin = origins.get(executionAsyncId()) ?? origins.get(triggerAsyncId) ?? [];
      const frame = makerOf(STACK_DEPTH) ?? (FREQUENT.has(type) ? undefined : makerOf(DEEP_STACK));
      const isRepeated = frame === undefined || origin.some((known) => isSamePlace(known.frame, frame));
      const own = isRepeated ? origin : [{ type, frame }, ...origin].slice(0, MAXIMUM_LENGTH);
      if (own.length > 0) origins.set(asyncId, own);
    },
    destroy(asyncId) {
      origins.delete(asyncId);
    },
  }).enable();
}

function makerOf(depth: number): Frame | undefined {
  return recordStack(depth).find((frame) => !frame.isAsync && isUserFrame(frame));
}

export function originOfNow(): Origin {
  return origins.get(executionAsyncId()) ?? [];
}

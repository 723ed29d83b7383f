/** The origin of running code: the chain of places in the application that made what it runs in. */
import { type Frame, isSamePlace, isUserFrame, recordStack } from './stack.js';

/** A timer, promise, socket, listener and so on that the application made. */
export interface Making {
  /** What it is: the type as Node names it, such as `Timeout`, or a description, such as `a timer`. */
  readonly type: string;
  readonly frame: Frame;
}

/** The chain of the code that runs, from its own making to the first one, without what only the runtime or packages made. */
export type Origin = readonly Making[];

const STACK_DEPTH = 12;
/** A package that is called by the application may be deep when it makes a timer. */
const DEEP_STACK = 50;
/** Types as Node names them, of which a program makes so many that their stacks are not recorded twice. */
const FREQUENT: ReadonlySet<string> = new Set(['PROMISE', 'TickObject', 'Microtask']);
/** Makings that are kept of a chain, so that a timer that starts itself again does not keep its past. */
const MAXIMUM_LENGTH = 6;

/** Returns the origin of what the running code makes. */
export function withMaking(origin: Origin, type: string): Origin {
  const frame = placeOfNow() ?? (FREQUENT.has(type) ? undefined : placeOfNow(DEEP_STACK));
  const isRepeated = frame === undefined || origin.some((known) => isSamePlace(known.frame, frame));
  return isRepeated ? origin : [{ type, frame }, ...origin].slice(0, MAXIMUM_LENGTH);
}

/** Returns the innermost place in the application. */
export function placeOfNow(depth = STACK_DEPTH): Frame | undefined {
  return recordStack(depth).find((frame) => !frame.isAsync && isUserFrame(frame));
}

/** Stacks of which the inspector needs one place, if it needs them at all. */
import { type Frame, framesOf, isFileFrame, isUserFrame } from '../runtime/stack.js';

/** A stack that V8 has recorded but not formatted yet. It keeps the functions of its frames until it is read. */
export interface UnreadStack {
  readonly stack?: string;
}

const { captureStackTrace } = Error;

/**
 * Records a stack in a few microseconds. Reading it takes several times as long, and may never be needed.
 * @param limit how many frames are recorded, with those of the doctor
 */
export function recordUnreadStack(limit: number): UnreadStack | undefined {
  try {
    const { stackTraceLimit } = Error;
    const holder: UnreadStack = {};
    Error.stackTraceLimit = limit;
    captureStackTrace(holder);
    Error.stackTraceLimit = stackTraceLimit;
    return holder;
  } catch {
    // The class Error is frozen.
    return undefined;
  }
}

/** Returns the innermost frame in the application; in a package if there is none; otherwise undefined. */
export function readInnermostFrame(unread: UnreadStack): Frame | undefined {
  const frames = framesOf(unread).filter(isFileFrame);
  return frames.find(isUserFrame) ?? frames[0];
}

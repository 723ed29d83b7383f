/** Stacks of which the inspector needs one place, if it needs them at all. */
import { describeBest, isOwnFrame } from '../runtime/capture-frames.js';
import { type Frame, isFileFrame, isUserFrame } from '../runtime/stack.js';

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
    try {
      Error.stackTraceLimit = limit;
      captureStackTrace(holder);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    return holder;
  } catch {
    // The class Error is frozen.
    return undefined;
  }
}

/** Files are few, and stacks are many: 0 for those of Node and of the doctor, 1 for the application, 2 for packages. */
const ranks = new Map<string, 0 | 1 | 2>();
const KNOWN_FILES = 10_000;

function rankOf(file: string): 0 | 1 | 2 {
  let rank = ranks.get(file);
  if (rank === undefined) {
    const frame = { file, line: 1, column: 1, isAsync: false };
    rank = !isFileFrame(frame) || isOwnFrame(frame) ? 0 : isUserFrame(frame) ? 1 : 2;
    if (ranks.size >= KNOWN_FILES) ranks.clear();
    ranks.set(file, rank);
  }
  return rank;
}

/** Returns the innermost frame in the application; in a package if there is none; otherwise undefined. */
export function readInnermostFrame(unread: UnreadStack): Frame | undefined {
  try {
    return describeBest(unread, rankOf);
  } catch {
    // The class Error is frozen.
    return undefined;
  }
}

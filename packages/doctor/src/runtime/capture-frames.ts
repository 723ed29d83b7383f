/** Stack traces in Node: V8 passes positions in the running code, before any source map is applied. */
import type { Frame } from './stack-frame.js';

/** Frames of the doctor itself. They are left out. */
const OWN_FILES = new URL('..', import.meta.url).href;
const OWN_PATH = decodeURI(OWN_FILES).replace(/^file:\/\//, '');

/** Whether stacks contain the functions that await. */
export const recordsAwaits = true;

/** At most this many frames of the doctor are on top of a stack. */
const OWN_FRAMES = 8;

/** A stack that V8 has captured but not described, which takes most of the time. It keeps the functions of its frames. */
export interface CapturedStack {
  readonly stack?: unknown;
}

/**
 * Captures the stack of the code that called the doctor.
 * @param caller the function of the doctor that is called; it and what is above are left out
 * @param limit how many frames are captured
 */
export function capture(caller: (limit: number) => unknown, limit: number): CapturedStack {
  const captured = {};
  try {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = limit + OWN_FRAMES;
    Error.captureStackTrace(captured, caller);
    Error.stackTraceLimit = stackTraceLimit;
  } catch {
    // The class Error is frozen, or was replaced by one without the members of V8: there are no stacks.
  }
  return captured;
}

/** Describes the frames of a captured stack, the innermost first, without those of the doctor. This is possible once. */
export function describe(captured: CapturedStack): Frame[] {
  const descriptor = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  let frames: Frame[] = [];
  try {
    // Not assigned: the doctor corrects what the function of a program gets.
    const prepare = (_: Error, sites: NodeJS.CallSite[]) => {
      frames = sites.map(plainFrame);
      return '';
    };
    Object.defineProperty(Error, 'prepareStackTrace', { value: prepare, writable: true, configurable: true });
    // Read, because the trace is prepared on the first access.
    void captured.stack;
  } finally {
    if (descriptor === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', descriptor);
  }
  return frames.filter((frame) => !isOwnFrame(frame));
}

function plainFrame(site: NodeJS.CallSite): Frame {
  return {
    file: site.getFileName() ?? undefined,
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
    isAsync: site.isAsync(),
  };
}

/** Whether a frame is in the doctor. */
export function isOwnFrame({ file }: Pick<Frame, 'file'>): boolean {
  return file !== undefined && (file.startsWith(OWN_FILES) || file.startsWith(OWN_PATH)) && !/\.test\.js$/.test(file);
}

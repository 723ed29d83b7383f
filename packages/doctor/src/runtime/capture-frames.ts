/** Stack traces in Node: V8 passes positions in the running code, before any source map is applied. */
import type { Frame } from './stack-frame.js';

/** Frames of the doctor itself. They are left out. */
const OWN_FILES = new URL('..', import.meta.url).href;
const OWN_PATH = decodeURI(OWN_FILES).replace(/^file:\/\//, '');

/** The program may replace the method, for example to count its calls. */
const { captureStackTrace } = Error;

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
    try {
      Error.stackTraceLimit = limit + OWN_FRAMES;
      captureStackTrace(captured, caller);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  } catch {
    // The class Error is frozen, or was replaced by one without the members of V8: there are no stacks.
  }
  return captured;
}

/** Describes the frames of a captured stack, the innermost first, without those of the doctor. This is possible once. */
export function describe(captured: CapturedStack): Frame[] {
  const frames = readSites(captured, (sites) => sites.map(plainFrame)) ?? [];
  return frames.filter((frame) => !isOwnFrame(frame));
}

/**
 * Describes one frame of a captured stack, which takes less time than describing all. A stack can be read only once.
 * @param rank of a file: a frame of rank 0 is left out, and one with a lower rank is preferred, the innermost one first
 */
export function describeBest(captured: CapturedStack, rank: (file: string) => 0 | 1 | 2): Frame | undefined {
  return readSites(captured, (sites) => {
    let second: NodeJS.CallSite | undefined;
    for (const site of sites) {
      const file = site.getFileName();
      const own = file == null ? 0 : rank(file);
      if (own === 1) return plainFrame(site);
      if (own === 2) second ??= site;
    }
    return second && plainFrame(second);
  });
}

type Prepare = (error: Error, sites: NodeJS.CallSite[]) => unknown;

/** What `Error.prepareStackTrace` is while the doctor reads a stack; undefined otherwise. */
let ownPrepare: Prepare | undefined;
let ownGetter: (() => unknown) | undefined;

/**
 * Makes the getter of `Error.prepareStackTrace`. Defining the property for each stack would take longer than reading
 * it.
 * @param get what the property is for all others
 */
export function getterOfPrepare(get: () => unknown): () => unknown {
  ownGetter = () => ownPrepare ?? get();
  return ownGetter;
}

function readSites<T>(captured: CapturedStack, read: (sites: readonly NodeJS.CallSite[]) => T): T | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const isReplaced = descriptor?.get === undefined || descriptor.get !== ownGetter;
  let result: T | undefined;
  try {
    ownPrepare = (_, sites) => {
      result = read(sites);
      return '';
    };
    // Defined, not assigned: an assigned function gets the frames that the doctor has corrected for the program.
    if (isReplaced) {
      Object.defineProperty(Error, 'prepareStackTrace', { value: ownPrepare, writable: true, configurable: true });
    }
    // Read, because the trace is prepared on the first access.
    void captured.stack;
  } finally {
    ownPrepare = undefined;
    if (isReplaced && descriptor !== undefined) Object.defineProperty(Error, 'prepareStackTrace', descriptor);
    else if (isReplaced) Reflect.deleteProperty(Error, 'prepareStackTrace');
  }
  return result;
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

/** Stack traces as V8 records them: positions in the running code, before any source map is applied. */

/** Frames of the doctor itself. They are left out. */
const OWN_FILES = new URL('..', import.meta.url).href;
const OWN_PATH = decodeURI(OWN_FILES).replace(/^file:\/\//, '');

/** A frame as plain data: those of V8 keep the function and its `this`. */
export interface Frame {
  /** The URL or path of the file; undefined for native code. */
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  /** Whether it is a function that awaits the frame before. */
  readonly isAsync: boolean;
}

export type Stack = readonly Frame[];

/** At most this many frames of the doctor are on top of a stack. */
const OWN_FRAMES = 8;

/**
 * Records the stack of the code that called the doctor.
 * @param limit how many frames are recorded
 */
export function recordStack(limit: number): Stack {
  return framesOf(capture(recordStack, limit));
}

/** A stack that V8 has captured but not described, which takes most of the time. It keeps the functions of its frames. */
export interface CapturedStack {
  readonly stack?: unknown;
}

/** @param limit how many frames are captured */
export function captureStack(limit: number): CapturedStack {
  return capture(captureStack, limit);
}

/** Describes the frames of a captured stack, which is possible once. */
export function framesOf(captured: CapturedStack): Stack {
  try {
    return describe(captured).filter((frame) => !isOwnFrame(frame));
  } catch {
    return [];
  }
}

function capture(caller: typeof recordStack | typeof captureStack, limit: number): CapturedStack {
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

function describe(captured: CapturedStack): Frame[] {
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
  return frames;
}

export function plainFrame(site: NodeJS.CallSite): Frame {
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

/** Whether a frame is in code of this program or one of its packages, not in the runtime. */
export function isFileFrame({ file, line }: Frame): boolean {
  return file !== undefined && !file.startsWith('node:') && line > 0;
}

/** Whether a frame is in the application, not in a package. */
export function isUserFrame(frame: Frame): boolean {
  return isFileFrame(frame) && !/[\\/]node_modules[\\/]/.test(frame.file ?? '');
}

export function isSamePlace(a: Frame | undefined, b: Frame | undefined): boolean {
  return a?.file === b?.file && a?.line === b?.line && a?.column === b?.column;
}

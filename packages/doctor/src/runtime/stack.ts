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
  try {
    return stackOf(recordStack, limit).filter((frame) => !isOwnFrame(frame));
  } catch {
    // The class Error is frozen, or was replaced by one without the members of V8: there are no stacks.
    return [];
  }
}

function stackOf(caller: typeof recordStack, limit: number): Frame[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  let frames: Frame[] = [];
  try {
    Error.stackTraceLimit = limit + OWN_FRAMES;
    Error.prepareStackTrace = (_, sites) => {
      frames = sites.map(plainFrame);
      return '';
    };
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, caller);
    // Read, because the trace is prepared on the first access.
    void holder.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    // Absent and undefined differ for Node.
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = prepareStackTrace;
  }
  return frames;
}

function plainFrame(site: NodeJS.CallSite): Frame {
  return {
    file: site.getFileName() ?? undefined,
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
    isAsync: site.isAsync(),
  };
}

function isOwnFrame({ file }: Frame): boolean {
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

/** A stack that V8 has recorded but not formatted yet. It keeps the functions of its frames until it is read. */
export interface UnreadStack {
  readonly stack?: string;
}

const { captureStackTrace } = Error;

/**
 * Records a stack in a few microseconds. Reading it takes several times as long, and may never be needed.
 * @param limit how many frames are recorded, with those of the doctor
 */
export function captureStack(limit: number): UnreadStack | undefined {
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
  const { prepareStackTrace } = Error;
  let innermost: Frame | undefined;
  try {
    Error.prepareStackTrace = (_, sites) => {
      for (const site of sites) {
        const frame = plainFrame(site);
        if (!isFileFrame(frame) || isOwnFrame(frame)) continue;
        innermost ??= frame;
        if (!isUserFrame(frame)) continue;
        innermost = frame;
        break;
      }
      return '';
    };
    void unread.stack;
  } catch {
    // The class Error is frozen: there is no place.
  } finally {
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = prepareStackTrace;
  }
  return innermost;
}

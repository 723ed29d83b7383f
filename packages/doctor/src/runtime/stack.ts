/** Stack traces as V8 records them: positions in the code that runs, before any source map. */

/** Frames of the doctor itself. They are left out. */
const OWN_FILES = new URL('..', import.meta.url).href;
const OWN_PATH = decodeURI(OWN_FILES).replace(/^file:\/\//, '');

/** At most this many frames of the doctor are on top of a stack. */
const OWN_FRAMES = 8;

/**
 * Records the stack of the code that called the doctor.
 * @param limit how many frames are recorded
 */
export function recordStack(limit: number): readonly NodeJS.CallSite[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  let frames: readonly NodeJS.CallSite[] = [];
  try {
    Error.stackTraceLimit = limit + OWN_FRAMES;
    Error.prepareStackTrace = (_, sites) => {
      frames = sites;
      return '';
    };
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, recordStack);
    // Read, because the trace is prepared on the first access.
    void holder.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    // Absent and undefined differ for Node.
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = prepareStackTrace;
  }
  return frames.filter((frame) => !isOwnFrame(frame));
}

function isOwnFrame(frame: NodeJS.CallSite): boolean {
  const file = frame.getFileName();
  return file != null && (file.startsWith(OWN_FILES) || file.startsWith(OWN_PATH)) && !/\.test\.[cm]?[jt]s$/.test(file);
}

/** Whether a frame is in code that somebody wrote for this program or one of its packages, not in the runtime. */
export function isFileFrame(frame: NodeJS.CallSite): boolean {
  const file = frame.getFileName();
  return file != null && !file.startsWith('node:') && !frame.isNative();
}

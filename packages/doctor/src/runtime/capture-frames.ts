/** Stack traces in Node: V8 passes positions in the running code, before any source map is applied. */
import type { Frame } from './stack-frame.js';

/** Frames of the doctor itself. They are left out. */
const OWN_FILES = new URL('..', import.meta.url).href;
const OWN_PATH = decodeURI(OWN_FILES).replace(/^file:\/\//, '');

/** At most this many frames of the doctor are on top of a stack. */
const OWN_FRAMES = 8;

/** Returns the frames of the code that called the doctor, the innermost first. */
export function captureFrames(limit: number): Frame[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  let frames: Frame[] = [];
  try {
    Error.stackTraceLimit = limit + OWN_FRAMES;
    Error.prepareStackTrace = (_, sites) => {
      frames = sites.map(plainFrame);
      return '';
    };
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, captureFrames);
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

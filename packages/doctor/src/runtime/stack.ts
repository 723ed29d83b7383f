/** Stack traces: positions in the running code, before any source map is applied. */
import { type CapturedStack, capture, describe } from './capture-frames.js';
import type { Frame } from './stack-frame.js';

export type { CapturedStack } from './capture-frames.js';
export type { Frame } from './stack-frame.js';

export type Stack = readonly Frame[];

/**
 * Records the stack of the code that called the doctor.
 * @param limit how many frames are recorded
 */
export function recordStack(limit: number): Stack {
  return framesOf(capture(recordStack, limit));
}

/** @param limit how many frames are captured */
export function captureStack(limit: number): CapturedStack {
  return capture(captureStack, limit);
}

/** Describes the frames of a captured stack, which is possible once. */
export function framesOf(captured: CapturedStack): Stack {
  try {
    return describe(captured);
  } catch {
    return [];
  }
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

/**
 * How deep a syntax tree may be. The parser is recursive native code: if it exhausts the stack of its thread, the
 * process ends. A level takes at most about 2 kB of the stack (a template literal), and `1 + [2]` is two levels.
 */
import { isMainThread, resourceLimits } from 'node:worker_threads';
import { TransformError } from '../parse/transform-error.js';
import type { ScannedCode } from '../scan/scan-code.js';

/** Half of the stack is left to the code that calls the transform. */
const LEVELS_PER_MEGABYTE = 250;

/** The size of the thread that `transform-process.ts` starts. */
export const LARGE_STACK_MB = 900;

/** The depth that the largest stack can hold. */
export const MAXIMUM_DEPTH = LARGE_STACK_MB * LEVELS_PER_MEGABYTE;

/**
 * The depth that the stack of this thread can hold. The main thread has 8 MB on Linux and macOS, unless the user has
 * less, and 1 MB on Windows.
 */
export const DEPTH_LIMIT = LEVELS_PER_MEGABYTE * stackSizeMb();

function stackSizeMb(): number {
  if (!isMainThread) return resourceLimits.stackSizeMb ?? 4;
  return process.platform === 'win32' ? 1 : 4;
}

export function nestedTooDeeply(
  code: string,
  filename: string,
  { maximumDepth, deepestPosition }: ScannedCode,
): TransformError {
  return new TransformError(
    `The code is nested too deeply: its syntax tree may have ${maximumDepth} levels. Split the expression or the statement, or exclude the file from the build.`,
    filename,
    code,
    deepestPosition,
  );
}

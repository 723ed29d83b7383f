import { runInFrame } from '../engine/current.js';

/** Calls a function in the root. Promise classes of libraries call it for jobs that belong to several flows. */
export function runInRoot(fn: () => void): void {
  runInFrame(undefined, fn, undefined, []);
}

import { writeSync } from 'node:fs';

export const STDOUT = 1;
export const STDERR = 2;
/** Milliseconds between two attempts to write to a full pipe. */
const WAIT_FOR_READER = 5;

/** Writes all of a text at once: the streams of the process may no longer be written when it ends. */
export function write(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; ) {
    try {
      start += writeSync(descriptor, bytes, start);
    } catch (error) {
      // A pipe is full until its reader continues. Otherwise the terminal is gone.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_FOR_READER);
    }
  }
}

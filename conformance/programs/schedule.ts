import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs';
import type { Scheduler } from './program.js';

/** Passes a callback to a scheduler, which calls it once. */
export function schedule(scheduler: Scheduler, callback: () => void): void {
  switch (scheduler) {
    case 'queueMicrotask':
      queueMicrotask(callback);
      return;
    case 'process.nextTick':
      process.nextTick(callback);
      return;
    case 'setImmediate':
      setImmediate(callback);
      return;
    case 'setTimeout':
      setTimeout(callback, 1);
      return;
    case 'fs.stat':
      stat('.', () => callback());
      return;
    case 'crypto.randomBytes':
      randomBytes(8, () => callback());
      return;
  }
}

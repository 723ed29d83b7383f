/** Schedules a callback in each kind of job of a server. */
import { stat } from 'node:fs';
import type { Scheduler } from '../../workloads/used-storages.js';

export const SCHEDULERS: readonly Scheduler[] = [
  (callback) => setImmediate(callback),
  (callback) => setTimeout(callback, 0),
  (callback) => process.nextTick(callback),
  (callback) => Promise.resolve().then(callback),
  (callback) => stat('.', callback),
];

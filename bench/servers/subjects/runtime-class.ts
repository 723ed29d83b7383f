/** The runtime's own AsyncLocalStorage. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Subject } from '../../suite/subject.js';

export const subject: Subject = {
  isTracking: true,
  makeStorage: () => new AsyncLocalStorage<object>(),
  storageClass: AsyncLocalStorage,
};

import { AsyncLocalStorage } from 'throughline';
import type { Subject } from '../../suite/subject.js';

export const subject: Subject = {
  isTracking: true,
  makeStorage: () => new AsyncLocalStorage<object>(),
  storageClass: AsyncLocalStorage,
};

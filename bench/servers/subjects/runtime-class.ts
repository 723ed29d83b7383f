/** The runtime's own AsyncLocalStorage. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Subject } from '../../suite/subject.js';

export const subject: Subject = {
  tracks: true,
  makeStorage: () => new AsyncLocalStorage<object>(),
};

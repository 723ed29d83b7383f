import { AsyncLocalStorage } from 'throughline';
import type { Subject } from '../../suite/subject.js';

export const subject: Subject = {
  tracks: true,
  makeStorage: () => new AsyncLocalStorage<object>(),
};

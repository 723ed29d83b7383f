/** The class of `node:async_hooks` after `throughline/register`. */
import { AsyncLocalStorage } from 'node:async_hooks';
import * as throughline from 'throughline';
import type { Subject } from '../../suite/subject.js';

if (AsyncLocalStorage !== throughline.AsyncLocalStorage) {
  throw new Error('This subject needs a process that has loaded throughline/register.');
}

export const subject: Subject = {
  isTracking: true,
  makeStorage: () => new AsyncLocalStorage<object>(),
};

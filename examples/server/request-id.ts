/**
 * The id of the request that the current flow works for: set once, at the door, and read wherever it is wanted.
 *
 * In a program of your own the import says `from 'throughline'`. Here it goes through storage-choice.ts, because the
 * same server also runs on other classes, to be compared with them.
 */
import { AsyncLocalStorage } from './selected-storage.js';

export const requestId = new AsyncLocalStorage<number>();

let next = 0;

/** An id that no other request has. */
export function createRequestId(): number {
  return next++;
}

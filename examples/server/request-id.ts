/**
 * The id of the current request. The server sets it once, when a request arrives, and any code can read it.
 *
 * An application imports `AsyncLocalStorage` from 'throughline'. This server imports it through selected-storage.ts,
 * because the server also runs on other classes for comparison.
 */
import { AsyncLocalStorage } from './selected-storage.js';

export const requestId = new AsyncLocalStorage<number>();

let nextId = 0;

/** @returns an id that is unique in this process */
export function createRequestId(): number {
  return nextId++;
}

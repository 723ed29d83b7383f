import type { Flow } from './check.js';

/**
 * Calls `start` with a Node-style callback. Observes the frame that the callback is called in, and returns a promise
 * for its result.
 */
export function awaitCallback<Result>(
  { observe }: Pick<Flow, 'observe'>,
  start: (callback: (error: unknown, result?: Result) => void) => unknown,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    start((error, result) => {
      try {
        observe();
      } catch (mismatch) {
        reject(mismatch);
      }
      if (error === null || error === undefined) resolve(result);
      else reject(error);
    });
  });
}

/**
 * A loop that calls back for all requests, like that of a connection pool: the requests that wait are called back together, in the frame of the request that came first or, every other time, in the root.
 */
import { AsyncLocalStorage } from 'throughline';

const runInRoot = AsyncLocalStorage.snapshot();
let waiting: (() => void)[] = [];
let isInRoot = false;

/** Calls back in a frame that is not the caller's. */
export function callBackFromLoop(callback: () => void): void {
  if (waiting.push(callback) > 1) return;
  isInRoot = !isInRoot;
  if (isInRoot) runInRoot(setImmediate, release);
  else setImmediate(release);
}

/** Continues with `next`, which the loop calls. */
export function continueFromLoop<R>(next: () => R | PromiseLike<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    callBackFromLoop(() => {
      try {
        resolve(next());
      } catch (error) {
        reject(error);
      }
    });
  });
}

function release(): void {
  const callbacks = waiting;
  waiting = [];
  for (const callback of callbacks) callback();
}

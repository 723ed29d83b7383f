/** Two requests, of which the first one calls both back: each must read its own scope in what follows. */
import assert from 'node:assert/strict';
import { tryGetRequestScope } from '@throughline/request';

/** Calls back for two requests at once, in the frame of the first one. */
export class Pair {
  readonly #waiting: (() => void)[] = [];

  join(callback: () => void): void {
    if (this.#waiting.push(callback) < 2) return;
    for (const waiting of this.#waiting.splice(0)) waiting();
  }

  /** Continues with `next` once two requests wait. */
  continueWith<R>(next: () => R | PromiseLike<R>): Promise<R> {
    return new Promise((resolve) => this.join(() => resolve(next())));
  }
}

/** Whether the current scope is that of the request with this path. */
export const isOwn = (path: string) => `${tryGetRequestScope()?.path === path}`;

/** Sends two requests at once, and asserts that both read their own scope. */
export async function assertBothOwn(send: (path: string) => Promise<string>, paths = ['/ada', '/bob']): Promise<void> {
  assert.deepEqual(await Promise.all(paths.map(send)), ['true', 'true']);
}

/**
 * Operations on one key of a store, one after another in this process. Each passes what it has written to the next,
 * which then neither reads the store nor conflicts with it: n requests that write one session at once take n writes.
 * Without the queue, each write would make all others that wait for the store fail, and they would take n².
 *
 *     request A ── turn: replace(v1 → v2) ──┐ latest: v2
 *     request B ── waits ───────────────────┴─ turn: replace(v2 → v3) ──┐ latest: v3
 *     request C ── waits ───────────────────────────────────────────────┴─ turn: replace(v3 → v4)
 *
 * Other processes have their own queues. Of two operations in different processes at once, one fails, and its queue
 * waits for a random time (retry-delay.ts). On workerd, each request does so.
 */
import { isStoreError } from './session-errors.js';

/** The turn of one operation. */
export interface Turn<T> {
  /**
   * What the store held when the operation before this one ended, as far as this process knows; undefined if it does not
   * know. The operation sets it for the next one.
   */
  latest: T | undefined;
}

interface Lane<T> extends Turn<T> {
  readonly waiting: (() => void)[];
  runningCount: number;
}

/**
 * Whether a request may wait for another one. workerd cancels a request that does: the promise would be resolved by the
 * code of the other request.
 * @see https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent
 */
const canWaitForOthers =
  (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent !== 'Cloudflare-Workers';

export class WriteQueue<T> {
  readonly #lanes = new Map<string, Lane<T>>();

  /**
   * Runs an operation when those that were queued for the key before it have ended.
   *
   * If the store fails, all operations that wait run at once. They would otherwise wait for its time limit one after
   * another.
   */
  async run<R>(key: string, operation: (turn: Turn<T>) => Promise<R>): Promise<R> {
    if (!canWaitForOthers) return operation({ latest: undefined });
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { latest: undefined, waiting: [], runningCount: 1 };
      this.#lanes.set(key, lane);
    } else {
      const { waiting } = lane;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await operation(lane);
    } catch (error) {
      if (isStoreError(error)) {
        lane.latest = undefined;
        lane.runningCount += lane.waiting.length;
        for (const proceed of lane.waiting.splice(0)) proceed();
      }
      throw error;
    } finally {
      this.#leave(key, lane);
    }
  }

  #leave(key: string, lane: Lane<T>): void {
    lane.runningCount--;
    if (lane.runningCount > 0) return;
    const next = lane.waiting.shift();
    if (next === undefined) {
      this.#lanes.delete(key);
    } else {
      lane.runningCount = 1;
      next();
    }
  }
}

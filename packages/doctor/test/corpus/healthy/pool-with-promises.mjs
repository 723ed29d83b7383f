// expects: none
/** A pool with promises hands connections over, while each request logs: no request works for another. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createPool } from 'generic-pool';
import PQueue from 'p-queue';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const log = () => requests.getStore().id;
const pool = createPool({ create: async () => ({}), destroy: async () => undefined }, { max: 2 });
const queue = new PQueue({ concurrency: 2 });
const step = AsyncLocalStorage.snapshot();
await interleave(requests, async (id) => {
  log();
  const connection = await pool.acquire();
  log();
  await wait(1);
  if (log() !== id) throw new Error('another flow');
  await pool.release(connection);
  log();
  await queue.add(
    AsyncLocalStorage.bind(async () => {
      log();
      await wait(1);
    }),
  );
  if (log() !== id) throw new Error('another flow');
});
step(() => undefined);
await pool.drain();

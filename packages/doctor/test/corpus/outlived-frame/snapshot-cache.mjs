// expects: outlived frame, held, line 13
/** A cache of entries, each with the snapshot of the request that made it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { interleave } from '../flows.mjs';
import { untilOutlived } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const cache = new LRUCache({ max: 10 });
await interleave(requests, async (id) => {
  await wait(1);
  cache.set(id, { inFlow: AsyncLocalStorage.snapshot(), at: Date.now() });
});
await untilOutlived(import.meta.url);
cache.clear();

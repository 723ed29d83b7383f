// expects: shared work, another, line 10
/** The fetch method of a cache runs in the flow of the request that misses first. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
async function fetchMethod(key) {
  const { id } = requests.getStore();
  await wait(1);
  return { key, for: id };
}
const cache = new LRUCache({ max: 10, fetchMethod });
await interleave(requests, async (id) => {
  await cache.fetch(`prices ${id % 2}`);
});

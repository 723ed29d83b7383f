// expects: none
/** Caches that need nothing of the flow: each request hands on what the work needs. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createCache } from 'async-cache-dedupe';
import { LRUCache } from 'lru-cache';
import pMemoize from 'p-memoize';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const load = async ({ user }) => {
  await wait(1);
  return `row of ${user}`;
};
const memoized = pMemoize(load, { cacheKey: ([{ user }]) => user });
const lru = new LRUCache({ max: 10, fetchMethod: (user) => load({ user }) });
const deduped = createCache({ ttl: 5, storage: { type: 'memory' } }).define('load', load);
await interleave(requests, async (id) => {
  const user = requests.getStore().id % 2;
  const rows = await Promise.all([memoized({ user }), lru.fetch(user), deduped.load({ user })]);
  if (requests.getStore().id !== id || new Set(rows).size !== 1) throw new Error('another flow');
});

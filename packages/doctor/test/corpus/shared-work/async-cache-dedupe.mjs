// expects: shared work, another, line 11
/** Equal queries that run at the same time are one query, which carries the token of the first request. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createCache } from 'async-cache-dedupe';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const cache = createCache({ ttl: 5, storage: { type: 'memory' } });
async function send(path) {
  const headers = { authorization: `Bearer ${requests.getStore().id}` };
  await wait(1);
  return { path, headers };
}
cache.define('query', async ({ path }) => {
  await wait(1);
  return send(path);
});
await interleave(requests, async () => {
  await cache.query({ path: '/stock' });
});

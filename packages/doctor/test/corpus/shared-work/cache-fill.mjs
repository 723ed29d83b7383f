// expects: shared work, another, line 11
/** A cache keeps the promise of the first request that asks, which loads with its own permissions. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const cache = new Map();
async function load(key) {
  await wait(1);
  return { key, for: requests.getStore().id };
}
function get(key) {
  let entry = cache.get(key);
  if (entry === undefined) {
    entry = load(key);
    cache.set(key, entry);
  }
  return entry;
}
await interleave(requests, async () => {
  await wait(2);
  await get('settings');
  await wait(3);
  await get('settings');
});

// expects: none
/** A loader for each request, and functions that each request only hands to arrays, promises and timers. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
await interleave(requests, async (id) => {
  const users = new DataLoader(async (keys) => {
    await wait(1);
    return keys.map((key) => `${key} of ${requests.getStore().id}`);
  });
  const names = await Promise.all([users.load('a'), users.load('b')]);
  const sorted = names.sort((a, b) => b.localeCompare(a) * (requests.getStore().id === id ? 1 : -1));
  await new Promise((resolve) => setTimeout(() => resolve(requests.getStore()), 1));
  await wait(1)
    .then(() => requests.getStore())
    .finally(() => requests.getStore());
  return sorted;
});

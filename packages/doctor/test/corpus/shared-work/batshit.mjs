// expects: shared work, another, line 12
/** A batcher of another package: its timer belongs to the first request. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { create, keyResolver, windowScheduler } from '@yornaath/batshit';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const users = create({
  async fetcher(ids) {
    await wait(1);
    const viewer = requests.getStore();
    return ids.map((id) => ({ id, viewer: viewer.id }));
  },
  resolver: keyResolver('id'),
  scheduler: windowScheduler(2),
});
await interleave(requests, async (id) => {
  await users.fetch(id);
});

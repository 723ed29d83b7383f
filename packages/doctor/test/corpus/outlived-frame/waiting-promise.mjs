// expects: outlived frame, held, line 12
/** A reply that never comes: the function that waits for it keeps the request. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';
import { untilOutlived } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const replies = new Map();
async function audit(id) {
  await null;
  const reply = await new Promise((resolve) => replies.set(id, resolve));
  return { reply, of: requests.getStore().id };
}
await interleave(requests, async (id) => {
  void audit(id);
  await wait(1);
});
await untilOutlived(import.meta.url);
replies.clear();

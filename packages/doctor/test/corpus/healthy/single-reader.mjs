// expects: none
/** Shared work that reads a storage in which all requests hold the same value. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const application = new AsyncLocalStorage();
const requests = new AsyncLocalStorage();
let settings;
async function load() {
  await wait(1);
  return application.getStore().name;
}
await application.run({ name: 'shop' }, () =>
  interleave(requests, async (id) => {
    settings ??= load();
    if ((await settings) !== 'shop' || requests.getStore().id !== id) throw new Error('another flow');
  }),
);

// expects: shared work, another, line 10
/** A loader of the module collects the keys of all requests in one batch, which runs in the flow of the first. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const users = new DataLoader(async (keys) => {
  const tenant = requests.getStore();
  await wait(1);
  return keys.map((key) => [tenant, key]);
});
await interleave(requests, (id) => users.load(id));

// expects: outlived frame, held, line 13
/** A timer that logs the request long after its end. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';
import { untilOutlived } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const tenants = new AsyncLocalStorage();
const remind = () => [requests.getStore(), tenants.getStore()];
await interleave(requests, (id) =>
  tenants.run(`tenant ${id}`, async () => {
    setTimeout(remind, 3_600_000).unref();
    await wait(1);
  }),
);
await untilOutlived(import.meta.url);

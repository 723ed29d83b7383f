// expects: outlived frame, held, line 11
/** Each request starts to poll, and none stops. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';
import { untilOutlived } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const timers = [];
await interleave(requests, async () => {
  timers.push(setInterval(() => undefined, 1000));
  await wait(1);
});
await untilOutlived(import.meta.url);
for (const timer of timers) clearInterval(timer);

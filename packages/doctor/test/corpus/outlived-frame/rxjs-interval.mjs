// expects: outlived frame, held, line 12
/** A subscription of each request that none ends: a package makes the interval. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interval } from 'rxjs';
import { interleave } from '../flows.mjs';
import { untilOutlived } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const subscriptions = [];
await interleave(requests, async () => {
  subscriptions.push(interval(1000).subscribe());
  await wait(1);
});
await untilOutlived(import.meta.url);
for (const subscription of subscriptions) subscription.unsubscribe();

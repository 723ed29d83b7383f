// expects: lost callback, another, line 14
/** The first subscriber of a shared observable starts the timer, in whose flow all others receive the value. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { map, shareReplay, timer } from 'rxjs';
import { interleave } from '../flows.mjs';

const users = new AsyncLocalStorage();
const rates = timer(3).pipe(
  map(() => ({ usd: 1 })),
  shareReplay(1),
);
await interleave(users, async (id) => {
  const prices = await new Promise((resolve) => {
    rates.subscribe((rate) => resolve([rate.usd * id, users.getStore().id]));
  });
  if (prices.length !== 2) throw new Error('no price');
});

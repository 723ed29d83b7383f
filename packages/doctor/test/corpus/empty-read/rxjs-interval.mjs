// expects: empty read, empty, line 8, from line 16
/** An interval of RxJS refreshes the rates for all, with the function that a request uses for one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { firstValueFrom, interval, map, take } from 'rxjs';

const tenants = new AsyncLocalStorage();
const rateFor = (currency) => {
  const tenant = tenants.getStore();
  return `${currency} of ${tenant ?? 'all'}`;
};
tenants.run('a', () => rateFor('EUR'));
const rates$ = interval(1).pipe(
  take(1),
  map(() => rateFor('USD')),
);
await firstValueFrom(rates$);

// expects: lost callback, another, line 11
/** A subscriber of an rxjs subject is called in the flow that emits. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { filter, Subject } from 'rxjs';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const changes = new Subject();
await interleave(requests, async (id) => {
  const isNext = (change) => change === id + 1;
  const subscription = changes.pipe(filter(isNext)).subscribe(() => {
    requests.getStore();
    subscription.unsubscribe();
  });
  await null;
  changes.next(id);
});

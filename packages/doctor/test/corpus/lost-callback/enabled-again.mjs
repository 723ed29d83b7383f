// expects: lost callback, another, line 20
/** A storage is disabled between two test suites, and used again. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Subject } from 'rxjs';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
requests.run({ id: -1 }, () => requests.getStore());
requests.disable();

const results = new Subject();
let last;
await interleave(requests, async (id) => {
  await null;
  if (id % 2 === 1) {
    results.next(id);
    return;
  }
  last?.unsubscribe();
  last = results.subscribe((result) => `${result} for ${requests.getStore()?.id}`);
});

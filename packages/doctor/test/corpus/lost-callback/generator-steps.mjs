// expects: lost callback, another, line 13
/** A generator that all requests share hands out callbacks, each in the flow of the request that asks for it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const waiting = [];
function* tickets() {
  let number = 0;
  for (;;) {
    const resolve = yield number;
    waiting.push(() => {
      resolve([number, requests.getStore().id]);
    });
    number += 1;
  }
}
const counter = tickets();
counter.next();
await interleave(requests, async (id) => {
  const called = new Promise((resolve) => counter.next(resolve));
  await wait(1);
  waiting.pop()?.();
  await called;
  return id;
});

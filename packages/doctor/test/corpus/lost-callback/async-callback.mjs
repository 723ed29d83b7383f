// expects: lost callback, another, line 22
/** An async function is called in another flow, and reads after its own await. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const waiting = [];
let isBusy = false;
async function next() {
  if (isBusy) return;
  const job = waiting.shift();
  if (job === undefined) return;
  isBusy = true;
  await job();
  isBusy = false;
  void next();
}

await interleave(requests, async () => {
  await new Promise((resolve) => {
    waiting.push(async () => {
      await wait(1);
      requests.getStore();
      resolve();
    });
    void next();
  });
});

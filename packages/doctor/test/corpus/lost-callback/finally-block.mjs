// expects: lost callback, another, line 17
/** A job of a queue whose work is rejected reads the request in a `finally` block. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import async from 'async';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const ended = [];
const queue = async.queue(async (job) => job(), 1);
async function work() {
  await wait(1);
  throw new Error('no connection');
}
await interleave(requests, (id) =>
  queue
    .pushAsync(async () => {
      try {
        await work();
      } finally {
        ended.push([id, requests.getStore()?.id]);
      }
    })
    .catch(() => undefined),
);

// expects: none
/** Locks that let one request after the other continue, each of which logs: a chain of promises, and two packages. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Mutex, Semaphore } from 'async-mutex';
import pLimit from 'p-limit';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const log = () => requests.getStore().id;
const mutex = new Mutex();
const semaphore = new Semaphore(2);
const limit = pLimit(2);
let tail = Promise.resolve();
function inTurn(work) {
  const result = tail.then(work);
  tail = result.catch(() => undefined);
  return result;
}
async function job(id) {
  if (log() !== id) throw new Error('another flow');
  await wait(1);
  return log();
}
await interleave(requests, async (id) => {
  await inTurn(() => job(id));
  await mutex.runExclusive(() => job(id));
  const release = await mutex.acquire();
  log();
  release();
  await semaphore.runExclusive(() => job(id));
  await limit(AsyncLocalStorage.bind(() => job(id)));
  await mutex.waitForUnlock();
  log();
});

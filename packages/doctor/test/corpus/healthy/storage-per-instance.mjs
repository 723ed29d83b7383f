// expects: none
/** A worker loop that enters each job, and a class with a storage for each instance, whose callers see the values. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

class Cache {
  current = new AsyncLocalStorage();
  async load(key) {
    return await this.current.run(key, async () => {
      await wait(1);
      return this.current.getStore();
    });
  }
}
const jobs = new AsyncLocalStorage();
async function work(count) {
  const results = [];
  await null;
  for (let job = 0; job < count; job++) {
    jobs.enterWith({ job });
    const cache = new Cache();
    results.push(await cache.load(`job ${job}`));
    const callbacks = [1, 2].map((step) => () => [step, jobs.getStore().job]);
    for (const callback of callbacks) if (callback()[1] !== job) throw new Error('another job');
  }
  return results;
}
const requests = new AsyncLocalStorage();
await interleave(requests, () => work(80), 3);

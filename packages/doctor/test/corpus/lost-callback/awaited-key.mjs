// expects: lost callback, missing, line 14
/** A cache tells each request that waits for a key when a job of the module has set it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import EventEmitter from 'eventemitter3';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
class Cache extends EventEmitter {
  values = new Map();
  async waitFor(key) {
    if (this.values.has(key)) return this.values.get(key);
    return await new Promise((resolve) => {
      const started = Date.now();
      this.once(key, (value) => resolve([value, requests.getStore()?.id, Date.now() - started]));
    });
  }
  set(key, value) {
    this.values.set(key, value);
    this.emit(key, value);
  }
}
const cache = new Cache();
setTimeout(() => cache.set('rates', 1), 5);
await interleave(requests, async () => {
  await cache.waitFor('rates');
});

// expects: lost callback, another, line 25
/** A pool with callbacks: the function of a waiting request is called by the request that gives its connection back. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

class Pool {
  free = [{}];
  waiting = [];
  acquire(callback) {
    const connection = this.free.pop();
    if (connection === undefined) this.waiting.push(callback);
    else setImmediate(callback, connection);
  }
  release(connection) {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(connection);
    else next(connection);
  }
}

const requests = new AsyncLocalStorage();
const pool = new Pool();
await interleave(requests, () => {
  return new Promise((resolve) => {
    pool.acquire((connection) => {
      requests.getStore();
      setTimeout(() => {
        pool.release(connection);
        resolve();
      }, 2);
    });
  });
});

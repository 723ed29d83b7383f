// expects: lost callback, another, line 27
/** A lock with callbacks, in a class: the flow that unlocks continues the next one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

class Mutex {
  #queue = [];
  #isLocked = false;
  lock(callback) {
    if (this.#isLocked) this.#queue.push(callback);
    else {
      this.#isLocked = true;
      callback(() => this.#unlock());
    }
  }
  #unlock() {
    const next = this.#queue.shift();
    if (next) next(() => this.#unlock());
    else this.#isLocked = false;
  }
}
const mutex = new Mutex();
const orders = new AsyncLocalStorage();
const log = [];
await interleave(orders, async (id) => {
  await new Promise((done) => {
    mutex.lock((unlock) => {
      setTimeout(() => {
        log.push([id, orders.getStore().id]);
        unlock();
        done();
      }, 1);
    });
  });
});

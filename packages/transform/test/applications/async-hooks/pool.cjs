'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');

/** Runs at most `size` jobs at a time, each in the context in which it was added. */
class Pool {
  #queue = [];
  #free;

  constructor(size) {
    this.#free = size;
  }

  run(job) {
    return new Promise((resolve, reject) => {
      const inContext = AsyncLocalStorage.snapshot();
      this.#queue.push(() => inContext(async () => job()).then(resolve, reject));
      this.#next();
    });
  }

  #next() {
    if (this.#free === 0 || this.#queue.length === 0) return;
    this.#free--;
    const job = this.#queue.shift();
    setTimeout(() => {
      job().finally(() => {
        this.#free++;
        this.#next();
      });
    }, 1);
  }
}

exports.Pool = Pool;

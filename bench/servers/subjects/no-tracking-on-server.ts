/** No tracking: what the workload costs by itself. `run` calls the function, `getStore` reads a variable. */
import type { Storage, Subject } from '../../suite/subject.js';

class Variable implements Storage {
  #value: unknown;

  run<R>(value: object, fn: () => R): R {
    this.#value = value;
    return fn();
  }

  getStore(): unknown {
    return this.#value;
  }
}

export const subject: Subject = { tracks: false, makeStorage: () => new Variable() };

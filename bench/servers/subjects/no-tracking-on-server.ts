/** No tracking: the cost of the workload alone. `run` calls the function, `getStore` reads a field. */
import type { Storage, Subject } from '../../suite/subject.js';

class FieldStorage implements Storage {
  #value: unknown;

  run<R>(value: object, fn: () => R): R {
    this.#value = value;
    return fn();
  }

  getStore(): unknown {
    return this.#value;
  }
}

export const subject: Subject = { isTracking: false, makeStorage: () => new FieldStorage() };

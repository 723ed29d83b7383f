/** No tracking: `run` calls the function, `getStore` reads a variable of this module. */
import type { Storage, Subject } from '../../suite/subject.js';

let current: unknown;

class VariableStorage implements Storage {
  run<R>(value: object, fn: () => R): R {
    current = value;
    return fn();
  }

  getStore(): unknown {
    return current;
  }
}

export const subject: Subject = { isTracking: false, makeStorage: () => new VariableStorage() };

/** A namespace of cls-hooked holds many keys; libraries make one each, as they make one AsyncLocalStorage each. */
import clsHooked, { type Namespace } from 'cls-hooked';
import type { Storage, Subject } from '../../suite/subject.js';

let made = 0;

class ClsStorage implements Storage {
  readonly #namespace: Namespace = clsHooked.createNamespace(`storage ${made++}`);

  run<R>(value: object, fn: () => R): R {
    return this.#namespace.runAndReturn(() => {
      this.#namespace.set('value', value);
      return fn();
    });
  }

  getStore(): unknown {
    return this.#namespace.get('value');
  }
}

export const subject: Subject = { tracks: true, makeStorage: () => new ClsStorage() };

/**
 * cls-hooked. A namespace can hold many keys, but each library that uses cls-hooked makes its own namespace, as it
 * would make its own AsyncLocalStorage. So each storage is one namespace.
 */
import clsHooked, { type Namespace } from 'cls-hooked';
import type { Storage, Subject } from '../../suite/subject.js';

let namespaceCount = 0;

class NamespaceStorage implements Storage {
  readonly #namespace: Namespace = clsHooked.createNamespace(`storage ${namespaceCount++}`);

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

export const subject: Subject = { isTracking: true, makeStorage: () => new NamespaceStorage() };

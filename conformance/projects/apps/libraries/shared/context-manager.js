/** OpenTelemetry's context, kept in a storage. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT } from '@opentelemetry/api';

export class StorageContextManager {
  #storage = new AsyncLocalStorage();

  active() {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with(context, fn, thisArg, ...args) {
    return this.#storage.run(context, () => fn.apply(thisArg, args));
  }

  bind(context, target) {
    return typeof target === 'function' ? (...args) => this.with(context, target, undefined, ...args) : target;
  }

  enable() {
    return this;
  }

  disable() {
    this.#storage.disable();
    return this;
  }
}

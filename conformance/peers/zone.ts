/**
 * zone.js, which has zones instead of storages: the value of a storage is a property of the zone that each run() forks.
 * It is loaded before all other code, and all code is built without native async functions, as Angular builds it.
 */
import 'zone.js';
import type { Implementation } from '../case.js';
import { MissingAsyncResource, throwMissing } from './missing-features.js';

type Callback = (...args: never[]) => unknown;

let storageCount = 0;

class AsyncLocalStorage {
  readonly #key = `storage ${++storageCount}`;

  static bind(fn: Callback): Callback {
    return Zone.current.wrap(fn, 'bind');
  }

  static snapshot(): (fn: Callback, ...args: never[]) => unknown {
    const zone = Zone.current;
    return (fn, ...args) => zone.run(fn, undefined, args);
  }

  run(value: unknown, fn: Callback, ...args: never[]): unknown {
    return Zone.current.fork({ name: this.#key, properties: { [this.#key]: value } }).run(fn, undefined, args);
  }

  getStore(): unknown {
    return Zone.current.get(this.#key);
  }

  exit(fn: Callback, ...args: never[]): unknown {
    return this.run(undefined, fn, ...args);
  }

  enterWith(): never {
    throwMissing('enterWith()');
  }

  disable(): never {
    throwMissing('disable()');
  }

  withScope(): never {
    throwMissing('withScope()');
  }
}

// Every member that a case calls either exists or throws that it is missing.
export const implementation = { AsyncLocalStorage, AsyncResource: MissingAsyncResource } as unknown as Implementation;

/**
 * zone.js, which has zones in place of storages: a storage's value is a property of a zone that is forked for each run().
 * It is loaded before all other code, and all code is built without native async functions, as Angular builds it.
 */
import 'zone.js';
import type { Implementation } from '../case.js';
import { lacks, NoAsyncResource } from './missing-features.js';

type Callback = (...args: never[]) => unknown;

let keys = 0;

class AsyncLocalStorage {
  readonly #key = `storage ${++keys}`;

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
    lacks('enterWith()');
  }

  disable(): never {
    lacks('disable()');
  }

  withScope(): never {
    lacks('withScope()');
  }
}

// The cases call no more than what is there or says that it is absent.
export const implementation = { AsyncLocalStorage, AsyncResource: NoAsyncResource } as unknown as Implementation;

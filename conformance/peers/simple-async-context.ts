/**
 * simple-async-context, which has AsyncContext: a storage is one of its variables. Its README asks for code that is compiled
 * to ES2015, without native async functions.
 */
import { AsyncContext } from 'simple-async-context';
import type { Implementation } from '../case.js';
import { lacks, NoAsyncResource } from './missing-features.js';

type Callback = (...args: never[]) => unknown;

class AsyncLocalStorage {
  readonly #variable = new AsyncContext.Variable();

  static bind(fn: Callback): Callback {
    return AsyncContext.Snapshot.wrap(fn as () => unknown);
  }

  static snapshot(): (fn: Callback, ...args: never[]) => unknown {
    const snapshot = new AsyncContext.Snapshot();
    return (fn, ...args) => snapshot.run(() => fn(...args));
  }

  run(value: unknown, fn: Callback, ...args: never[]): unknown {
    return this.#variable.run(value, () => fn(...args));
  }

  getStore(): unknown {
    return this.#variable.get();
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
export const implementation = {
  AsyncLocalStorage,
  AsyncResource: NoAsyncResource,
  AsyncContext,
} as unknown as Implementation;

/**
 * simple-async-context, which has AsyncContext: each storage is one of its variables. Its README requires code that is
 * compiled to ES2015, without native async functions.
 */
import { AsyncContext } from 'simple-async-context';
import type { Implementation } from '../case.js';
import { MissingAsyncResource, throwMissing } from './missing-features.js';

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
export const implementation = {
  AsyncLocalStorage,
  AsyncResource: MissingAsyncResource,
  AsyncContext,
} as unknown as Implementation;

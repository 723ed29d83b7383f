/** The runtime's own implementation with one flaw each, to prove that the random programs find the flaw. */
import { createHook, executionAsyncId } from 'node:async_hooks';
import type { Failure } from './compare-implementations.js';
import type { ProgramApi, Storage, StorageClass } from './program-api.js';

export interface Flaw {
  readonly title: string;
  /** How a program that shows the flaw fails. */
  readonly kind: Failure['kind'];
  /** Matches the text of every program that can show the flaw. */
  readonly shows: RegExp;
  createFlawed(native: ProgramApi): ProgramApi & { dispose?(): void };
}

export const flaws: readonly Flaw[] = [
  {
    title: 'a storage that is a plain variable',
    kind: 'difference',
    shows: /run|enterWith|withScope/,
    createFlawed: (native) => withStorageClass(native, plainVariableClass(native)),
  },
  {
    title: 'bind and snapshot that capture no frame',
    kind: 'difference',
    shows: /snapshot|bind/,
    createFlawed: (native) =>
      withStorageClass(
        native,
        class extends native.AsyncLocalStorage {
          static override bind<F extends (...args: never[]) => unknown>(fn: F): F {
            return fn;
          }
          static override snapshot(): <R>(fn: () => R) => R {
            return (fn) => fn();
          }
        },
      ),
  },
  {
    title: 'run that does not restore the value when the function throws',
    kind: 'difference',
    shows: /throw/,
    createFlawed: (native) =>
      withStorageClass(
        native,
        class extends native.AsyncLocalStorage {
          override run<R>(value: unknown, fn: () => R): R {
            const previous = this.getStore();
            if (Object.is(previous, value)) return fn();
            this.enterWith(value);
            const result = fn();
            this.enterWith(previous);
            return result;
          }
        },
      ),
  },
  {
    title: 'run that restores the values of all storages',
    kind: 'difference',
    shows: /run/,
    createFlawed: (native) =>
      withStorageClass(
        native,
        class extends native.AsyncLocalStorage {
          override run<R>(value: unknown, fn: () => R): R {
            return native.AsyncLocalStorage.snapshot()(() => super.run(value, fn));
          }
        },
      ),
  },
  {
    title: 'a storage that loses its values after a hundred runs',
    kind: 'difference',
    shows: /times before/,
    createFlawed: (native) =>
      withStorageClass(
        native,
        class extends native.AsyncLocalStorage {
          #runs = 0;
          override run<R>(value: unknown, fn: () => R): R {
            return super.run(++this.#runs > 100 ? undefined : value, fn);
          }
        },
      ),
  },
  {
    title: 'process.nextTick that loses the values',
    kind: 'difference',
    shows: /process\.nextTick|pipeline|readable/,
    createFlawed: (native) =>
      withLostValues(native, (loseValues) => ({
        init(asyncId, type) {
          if (type === 'TickObject') loseValues(asyncId);
        },
      })),
  },
  {
    title: 'a promise resolved with a thenable or a promise that loses the values',
    kind: 'difference',
    shows: /thenable|finally|async \(\) =>/,
    createFlawed: (native) => {
      // The `then` of a thenable is called in the resource of the promise, for example of an `await`, and resolves the
      // promise later. So a promise that was called and then resolved was resolved with a thenable or a promise.
      const called = new Set<number>();
      const resolved = new Set<number>();
      const reactions = new Map<number, number[]>();
      return withLostValues(native, (loseValues) => ({
        init(asyncId, type, triggerAsyncId) {
          if (type === 'PROMISE') reactions.set(triggerAsyncId, [...(reactions.get(triggerAsyncId) ?? []), asyncId]);
        },
        after(asyncId) {
          if (!resolved.has(asyncId)) called.add(asyncId);
        },
        promiseResolve(asyncId) {
          resolved.add(asyncId);
          if (called.has(asyncId)) reactions.get(asyncId)?.forEach(loseValues);
        },
      }));
    },
  },
  {
    title: 'run that never settles what an async function returned',
    kind: 'hung',
    shows: /run|exit/,
    createFlawed: (native) =>
      withStorageClass(
        native,
        class extends native.AsyncLocalStorage {
          override run<R>(value: unknown, fn: () => R): R {
            const result = super.run(value, fn);
            if (!(result instanceof Promise)) return result;
            result.catch(() => {});
            // The result is a promise too, so R is a promise type.
            return new Promise(() => {}) as R;
          }
        },
      ),
  },
  {
    title: 'enterWith that rejects a promise without a handler',
    kind: 'error',
    shows: /enterWith|run|exit|withScope/,
    createFlawed: (native) =>
      withStorageClass(
        native,
        class extends native.AsyncLocalStorage {
          override enterWith(value: unknown): void {
            super.enterWith(value);
            // The rejection is the flaw, so nothing handles it.
            void Promise.reject(new Error('a rejection of the implementation'));
          }
        },
      ),
  },
];

function withStorageClass(native: ProgramApi, flawed: StorageClass): ProgramApi {
  return { AsyncLocalStorage: flawed, AsyncResource: native.AsyncResource };
}

function plainVariableClass(native: ProgramApi): StorageClass {
  return class implements Storage {
    static bind = native.AsyncLocalStorage.bind;
    static snapshot = native.AsyncLocalStorage.snapshot;
    #value: unknown;

    constructor(options?: { defaultValue: unknown }) {
      this.#value = options?.defaultValue;
    }

    run<R>(value: unknown, fn: () => R): R {
      const previous = this.#value;
      this.#value = value;
      try {
        return fn();
      } finally {
        this.#value = previous;
      }
    }

    exit<R>(fn: () => R): R {
      return this.run(undefined, fn);
    }

    getStore(): unknown {
      return this.#value;
    }

    enterWith(value: unknown): void {
      this.#value = value;
    }

    disable(): void {
      this.#value = undefined;
    }

    withScope(value: unknown): Disposable {
      const previous = this.#value;
      this.#value = value;
      return { [Symbol.dispose]: () => this.enterWith(previous) };
    }
  };
}

/**
 * Returns an implementation whose storages have no value in some asynchronous operations.
 *
 * @param hooks returns hooks that pass these operations to `loseValues`
 */
function withLostValues(
  native: ProgramApi,
  hooks: (loseValues: (asyncId: number) => void) => Parameters<typeof createHook>[0],
): ProgramApi & { dispose(): void } {
  const lost = new Set<number>();
  const hook = createHook(hooks((asyncId) => lost.add(asyncId))).enable();
  const flawed = class extends native.AsyncLocalStorage {
    override getStore(): unknown {
      return lost.has(executionAsyncId()) ? undefined : super.getStore();
    }
  };
  return { ...withStorageClass(native, flawed), dispose: () => hook.disable() };
}

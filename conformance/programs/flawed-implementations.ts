/** Implementations that are the runtime's own but for one flaw each, to see that the random programs find it. */
import { createHook, executionAsyncId } from 'node:async_hooks';
import type { Api, Storage, StorageClass } from './api.js';

export interface Flaw {
  readonly title: string;
  readonly kind: 'difference' | 'problem' | 'hung';
  /** What a program needs to show it. */
  readonly shows: RegExp;
  make(native: Api): Api & { dispose?(): void };
}

export const flaws: readonly Flaw[] = [
  {
    title: 'a variable that follows no flow',
    kind: 'difference',
    shows: /run|enterWith|withScope/,
    make: (native) => withClass(native, variableClass(native)),
  },
  {
    title: 'bind and snapshot that hold no frame',
    kind: 'difference',
    shows: /snapshot|bind/,
    make: (native) =>
      withClass(
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
    title: 'run that does not put the value back after a throw',
    kind: 'difference',
    shows: /throw/,
    make: (native) =>
      withClass(
        native,
        class extends native.AsyncLocalStorage {
          override run<R>(value: unknown, fn: () => R): R {
            const before = this.getStore();
            if (Object.is(before, value)) return fn();
            this.enterWith(value);
            const result = fn();
            this.enterWith(before);
            return result;
          }
        },
      ),
  },
  {
    title: 'run that puts back the values of all storages',
    kind: 'difference',
    shows: /run/,
    make: (native) =>
      withClass(
        native,
        class extends native.AsyncLocalStorage {
          override run<R>(value: unknown, fn: () => R): R {
            return native.AsyncLocalStorage.snapshot()(() => super.run(value, fn));
          }
        },
      ),
  },
  {
    title: 'a storage that forgets from its hundredth value on',
    kind: 'difference',
    shows: /times before/,
    make: (native) =>
      withClass(
        native,
        class extends native.AsyncLocalStorage {
          #uses = 0;
          override run<R>(value: unknown, fn: () => R): R {
            return super.run(++this.#uses > 100 ? undefined : value, fn);
          }
        },
      ),
  },
  {
    title: 'process.nextTick that loses the values',
    kind: 'difference',
    shows: /process\.nextTick|pipeline|readable/,
    make: (native) =>
      forgetful(native, (lose) => ({
        init(asyncId, type) {
          if (type === 'TickObject') lose(asyncId);
        },
      })),
  },
  {
    title: 'a promise resolved with a thenable or a promise that loses the values',
    kind: 'difference',
    shows: /thenable|finally|async \(\) =>/,
    make: (native) => {
      // A thenable's `then` is called on behalf of the promise, for example that of an `await`, and resolves it later.
      const called = new Set<number>();
      const resolved = new Set<number>();
      const reactions = new Map<number, number[]>();
      return forgetful(native, (lose) => ({
        init(asyncId, type, triggerAsyncId) {
          if (type === 'PROMISE') reactions.set(triggerAsyncId, [...(reactions.get(triggerAsyncId) ?? []), asyncId]);
        },
        after(asyncId) {
          if (!resolved.has(asyncId)) called.add(asyncId);
        },
        promiseResolve(asyncId) {
          resolved.add(asyncId);
          if (called.has(asyncId)) reactions.get(asyncId)?.forEach(lose);
        },
      }));
    },
  },
  {
    title: 'run that never settles what an async function returned',
    kind: 'hung',
    shows: /run|exit/,
    make: (native) =>
      withClass(
        native,
        class extends native.AsyncLocalStorage {
          override run<R>(value: unknown, fn: () => R): R {
            const result = super.run(value, fn);
            if (!(result instanceof Promise)) return result;
            result.catch(() => {});
            // A promise where a promise is expected.
            return new Promise(() => {}) as R;
          }
        },
      ),
  },
  {
    title: 'enterWith that rejects a promise which nobody has',
    kind: 'problem',
    shows: /enterWith|run|exit|withScope/,
    make: (native) =>
      withClass(
        native,
        class extends native.AsyncLocalStorage {
          override enterWith(value: unknown): void {
            super.enterWith(value);
            Promise.reject(new Error('a rejection of the implementation'));
          }
        },
      ),
  },
];

function withClass(native: Api, flawed: StorageClass): Api {
  return { AsyncLocalStorage: flawed, AsyncResource: native.AsyncResource };
}

function variableClass(native: Api): StorageClass {
  return class implements Storage {
    static bind = native.AsyncLocalStorage.bind;
    static snapshot = native.AsyncLocalStorage.snapshot;
    #value: unknown;

    constructor(options?: { defaultValue: unknown }) {
      this.#value = options?.defaultValue;
    }

    run<R>(value: unknown, fn: () => R): R {
      const before = this.#value;
      this.#value = value;
      try {
        return fn();
      } finally {
        this.#value = before;
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
      const before = this.#value;
      this.#value = value;
      return { [Symbol.dispose]: () => this.enterWith(before) };
    }
  };
}

/** The values are gone in the asynchronous operations that the hooks say. */
function forgetful(
  native: Api,
  hooks: (lose: (asyncId: number) => void) => Parameters<typeof createHook>[0],
): Api & { dispose(): void } {
  const lost = new Set<number>();
  const hook = createHook(hooks((asyncId) => lost.add(asyncId))).enable();
  const flawed = class extends native.AsyncLocalStorage {
    override getStore(): unknown {
      return lost.has(executionAsyncId()) ? undefined : super.getStore();
    }
  };
  return { ...withClass(native, flawed), dispose: () => hook.disable() };
}

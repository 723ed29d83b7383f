/**
 * `bindStore()` of a diagnostics channel in workerd accepts only storages of workerd's own class. As in Node, it then
 * accepts any object with a method `run()`.
 * https://nodejs.org/api/diagnostics_channel.html#channelbindstorestore-transform
 */
import { AsyncLocalStorage } from 'node:async_hooks';

interface Store {
  run<R>(value: unknown, fn: () => R): R;
}
type Transform = (message: unknown) => unknown;
type Method = (this: object, ...args: unknown[]) => unknown;

export function patchWorkerdDiagnosticsChannel(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.('node:diagnostics_channel') as
    | { Channel?: { prototype: object } }
    | undefined;
  const prototype = module?.Channel?.prototype;
  if (prototype === undefined) return;
  /** The stores of each channel that workerd would reject. */
  const storesOf = new WeakMap<object, Map<unknown, Transform | undefined>>();

  const override = (name: string, make: (native: Method) => Method) => {
    const native: unknown = Reflect.get(prototype, name);
    if (typeof native !== 'function') return;
    Object.defineProperty(prototype, name, { value: make(native as Method), writable: true, configurable: true });
  };
  override(
    'bindStore',
    (native) =>
      function (...args) {
        const [store, transform] = args;
        if (store instanceof AsyncLocalStorage || typeof (store as Partial<Store> | undefined)?.run !== 'function') {
          return Reflect.apply(native, this, args);
        }
        const stores = storesOf.get(this) ?? new Map<unknown, Transform | undefined>();
        storesOf.set(this, stores.set(store, transform as Transform | undefined));
        return undefined;
      },
  );
  override(
    'unbindStore',
    (native) =>
      function (...args) {
        return storesOf.get(this)?.delete(args[0]) || Reflect.apply(native, this, args);
      },
  );
  override(
    'runStores',
    (native) =>
      function (...args) {
        let run = () => Reflect.apply(native, this, args);
        for (const [store, transform] of storesOf.get(this) ?? []) {
          const runInner = run;
          run = () => {
            let value = args[0];
            try {
              if (transform !== undefined) value = transform(value);
            } catch (error) {
              // As in Node, the error is an uncaught one, and the store keeps its value.
              queueMicrotask(() => {
                throw error;
              });
              return runInner();
            }
            return (store as Store).run(value, runInner);
          };
        }
        return run();
      },
  );
}

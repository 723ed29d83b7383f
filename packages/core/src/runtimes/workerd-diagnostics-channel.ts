/**
 * `bindStore()` of a diagnostics channel in workerd accepts only storages of workerd's own class. As in Node, it then
 * accepts any object with a method `run()`, which makes the channel one with subscribers.
 * https://nodejs.org/api/diagnostics_channel.html#channelbindstorestore-transform
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { disguise, patchProperty } from '../web/patch.js';
import { overrideMethod } from './override-method.js';

interface Store {
  run<R>(value: unknown, fn: () => R): R;
}
type Transform = (message: unknown) => unknown;

export function patchWorkerdDiagnosticsChannel(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.('node:diagnostics_channel') as
    | { Channel?: { prototype: object } }
    | undefined;
  const prototype = module?.Channel?.prototype;
  if (prototype === undefined) return;
  /** The stores of each channel that workerd would reject. */
  const storesOf = new WeakMap<object, Map<unknown, Transform | undefined>>();
  /** Whether workerd accepts this store, or reports the error. */
  const isAccepted = (store: unknown) =>
    store instanceof AsyncLocalStorage || typeof (store as Partial<Store> | null | undefined)?.run !== 'function';

  overrideMethod(
    prototype,
    'bindStore',
    (native) =>
      function (...args) {
        const [store, transform] = args;
        if (isAccepted(store)) return Reflect.apply(native, this, args);
        const stores = storesOf.get(this) ?? new Map<unknown, Transform | undefined>();
        storesOf.set(this, stores.set(store, transform as Transform | undefined));
        return undefined;
      },
  );
  overrideMethod(
    prototype,
    'unbindStore',
    (native) =>
      function (...args) {
        return isAccepted(args[0]) ? Reflect.apply(native, this, args) : (storesOf.get(this)?.delete(args[0]) ?? false);
      },
  );
  patchProperty(prototype, 'hasSubscribers', 'Channel.prototype.hasSubscribers', ({ get }) => {
    if (get === undefined) return undefined;
    const accessors = {
      get(this: object): unknown {
        return get.call(this) || (storesOf.get(this)?.size ?? 0) > 0;
      },
    };
    return { get: disguise(accessors.get, get) };
  });
  overrideMethod(
    prototype,
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

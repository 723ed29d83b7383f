/**
 * Rule 3, for the signals of the process in Bun: their listeners run in the frame in which the process starts to listen
 * for the signal. Bun runs them in the root. A signal that user code emits in a flow is a plain call.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { isObject } from '../is-object.js';
import type { FrameAccess } from './frame-access.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;
type MethodName = Extract<keyof typeof process, string>;

const isSignal = (event: unknown): event is string => typeof event === 'string' && /^SIG[A-Z0-9]+$/.test(event);

export function patchBunSignals({ getCurrentFrame, runInFrame }: FrameAccess): void {
  const signalFrames = new Map<string, OpaqueFrame | undefined>();
  /** The wrappers of a listener, by signal, in the order in which they were added. */
  const wrappersOf = new WeakMap<object, Map<string, Method[]>>();
  /** The listener of each wrapper. */
  const listenerOf = new WeakMap<object, object>();
  const append = process.on as Method;
  const prepend = process.prependListener as Method;
  const remove = process.removeListener as Method;

  /** Replaces methods of the process, for signals only. */
  const override = (names: readonly MethodName[], make: (native: Method, name: string) => Method) => {
    for (const name of names) {
      const native = process[name] as Method;
      const replacement = make(native, name);
      Object.defineProperty(process, name, {
        value(this: unknown, ...args: unknown[]): unknown {
          return Reflect.apply(this === process && isSignal(args[0]) ? replacement : native, this, args);
        },
        writable: true,
        enumerable: false,
        configurable: true,
      });
    }
  };

  /** Returns the wrapper of a listener that was added last, and forgets it. */
  const takeWrapper = (signal: string, listener: unknown) =>
    isObject(listener) ? wrappersOf.get(listener)?.get(signal)?.pop() : undefined;

  override(['on', 'addListener', 'prependListener', 'once', 'prependOnceListener'], (native, name) => {
    const isOnce = name === 'once' || name === 'prependOnceListener';
    return function (this: unknown, ...args) {
      const [signal, listener] = args as [string, unknown];
      // The process reports the error.
      if (typeof listener !== 'function') return Reflect.apply(native, this, args);
      if (process.listenerCount(signal) === 0) signalFrames.set(signal, getCurrentFrame());
      const wrapper: Method = function (this: unknown, ...received) {
        if (isOnce) process.removeListener(signal, listener as () => void);
        return getCurrentFrame() === undefined
          ? runInFrame(signalFrames.get(signal), listener as Method, this, received)
          : Reflect.apply(listener, this, received);
      };
      const wrappers = wrappersOf.get(listener) ?? new Map<string, Method[]>();
      wrappersOf.set(listener, wrappers.set(signal, [...(wrappers.get(signal) ?? []), wrapper]));
      listenerOf.set(wrapper, listener);
      return Reflect.apply(name.startsWith('prepend') ? prepend : append, this, [signal, wrapper]);
    };
  });
  override(
    ['off', 'removeListener'],
    () => (signal, listener) =>
      Reflect.apply(remove, process, [signal, takeWrapper(signal as string, listener) ?? listener]),
  );
  override(
    ['listeners', 'rawListeners'],
    (native) =>
      (...args) =>
        (Reflect.apply(native, process, args) as object[]).map((wrapper) => listenerOf.get(wrapper) ?? wrapper),
  );
}

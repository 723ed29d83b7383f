/**
 * Rule 3, for the signals of the process in Bun: their listeners run in the frame in which the process starts to listen
 * for the signal. Bun runs them in the root. A signal that user code emits in a flow is a plain call.
 *
 * The process of Bun is no JavaScript `EventEmitter`, and recognizes no wrapper by its property `listener`. The methods
 * that take or return listeners are therefore replaced, for signals only.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { isObject } from '../is-object.js';
import type { FrameAccess } from './frame-access.js';
import { type Method, overrideMethod } from './override-method.js';

/** The moment at which the process starts to listen for a signal. Each listener of the signal refers to it. */
interface Start {
  readonly frame: OpaqueFrame | undefined;
}

const isSignal = (event: unknown): event is string => typeof event === 'string' && /^SIG[A-Z0-9]+$/.test(event);

export function patchBunSignals({ getCurrentFrame, runInFrame }: FrameAccess): void {
  /** The references are weak, so that a frame is not kept after the last listener was removed. */
  const starts = new Map<string, WeakRef<Start>>();
  /** The wrappers of a listener, by signal, in the order in which they were added. */
  const wrappersOf = new WeakMap<object, Map<string, Method[]>>();
  /** The listener of each wrapper. */
  const listenerOf = new WeakMap<object, object>();
  const append = process.on as Method;
  const prepend = process.prependListener as Method;
  const remove = process.removeListener as Method;

  /** Replaces methods of the process, for signals only. */
  const override = (names: readonly string[], make: (native: Method, name: string) => Method) => {
    for (const name of names) {
      overrideMethod(process, name, (native) => {
        const replacement = make(native, name);
        return function (...args) {
          return Reflect.apply(this === process && isSignal(args[0]) ? replacement : native, this, args);
        };
      });
    }
  };

  const startOf = (signal: string): Start => {
    const running = process.listenerCount(signal) > 0 ? starts.get(signal)?.deref() : undefined;
    if (running !== undefined) return running;
    const start = { frame: getCurrentFrame() };
    starts.set(signal, new WeakRef(start));
    return start;
  };

  const addWrapper = (signal: string, listener: object, wrapper: Method) => {
    const wrappers = wrappersOf.get(listener) ?? new Map<string, Method[]>();
    wrappersOf.set(listener, wrappers.set(signal, [...(wrappers.get(signal) ?? []), wrapper]));
    listenerOf.set(wrapper, listener);
  };

  /** Returns the wrapper of a listener that was added last, and forgets it. */
  const takeWrapper = (signal: string, listener: unknown) =>
    isObject(listener) ? wrappersOf.get(listener)?.get(signal)?.pop() : undefined;

  const removeWrapper = (signal: string, listener: object, wrapper: Method) => {
    const wrappers = wrappersOf.get(listener)?.get(signal) ?? [];
    const index = wrappers.indexOf(wrapper);
    if (index >= 0) wrappers.splice(index, 1);
    Reflect.apply(remove, process, [signal, wrapper]);
  };

  override(['on', 'addListener', 'prependListener', 'once', 'prependOnceListener'], (native, name) => {
    const isOnce = name === 'once' || name === 'prependOnceListener';
    return function (...args) {
      const [signal, listener] = args as [string, unknown];
      // The process reports the error.
      if (typeof listener !== 'function') return Reflect.apply(native, this, args);
      const start = startOf(signal);
      const wrapper: Method = function (...received) {
        if (isOnce) removeWrapper(signal, listener, wrapper);
        return getCurrentFrame() === undefined
          ? runInFrame(start.frame, listener as Method, this, received)
          : Reflect.apply(listener, this, received);
      };
      addWrapper(signal, listener, wrapper);
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

/**
 * Rule 4: the listeners of some event targets run in a frame that depends on the target, whichever frame the runtime uses.
 * Only events of the runtime are concerned: `dispatchEvent()` remains a plain call.
 *
 * The methods are overridden on the class of the target, so other event targets are as fast as before. A listener has
 * one wrapper for each class to which it is added, so that adding it twice and removing it work as specified.
 */
import { isObject } from '../is-object.js';
import { disguise, patchProperty } from '../web/patch.js';
import { overrideMethod } from './override-method.js';

type Listener = (this: unknown, event: Event) => unknown;

export interface ListenerPatch {
  /** The name of the class on the global object. Nothing happens if there is none. */
  readonly className: string;
  /** The event handlers of the class, such as `onmessage`. */
  readonly handlers: readonly string[];
  /** Whether the listeners that are added to a target now are concerned. Default: those of all targets. */
  readonly isConcerned?: (target: object) => boolean;
  /** Calls a function in the frame of a target. */
  readonly callInFrame: (target: object, fn: () => unknown) => unknown;
}

export function runListenersInFrame({
  className,
  handlers,
  isConcerned = () => true,
  callInFrame,
}: ListenerPatch): void {
  const { prototype } = (Reflect.get(globalThis, className) ?? {}) as { prototype?: object };
  if (prototype === undefined) return;
  /** The wrapper of each listener. */
  const wrappers = new WeakMap<object, Listener>();
  /** The listener of each wrapper. */
  const listeners = new WeakMap<object, object>();

  const wrap = (listener: unknown): unknown => {
    if (!isObject(listener) || listeners.has(listener)) return listener;
    let wrapper = wrappers.get(listener);
    if (wrapper === undefined) {
      wrapper = function (event) {
        const call = () =>
          typeof listener === 'function'
            ? Reflect.apply(listener, this, [event])
            : (listener as EventListenerObject).handleEvent(event);
        const target = event.currentTarget;
        return event.isTrusted && target !== null ? callInFrame(target, call) : call();
      };
      wrappers.set(listener, wrapper);
      listeners.set(wrapper, listener);
    }
    return wrapper;
  };

  overrideMethod(
    prototype,
    'addEventListener',
    (native) =>
      function (...args) {
        if (args.length > 1 && isConcerned(this)) args[1] = wrap(args[1]);
        return Reflect.apply(native, this, args);
      },
  );
  overrideMethod(
    prototype,
    'removeEventListener',
    (native) =>
      function (...args) {
        const [type, listener, ...rest] = args;
        const wrapper = wrappers.get(listener as object);
        // The listener itself is removed too: it may have been added before the patches were installed.
        if (wrapper !== undefined) Reflect.apply(native, this, [type, wrapper, ...rest]);
        return Reflect.apply(native, this, args);
      },
  );
  for (const handler of handlers) {
    patchProperty(prototype, handler, `${className}.prototype.${handler}`, ({ get, set }) => {
      if (get === undefined || set === undefined) return undefined;
      const accessors = {
        get(this: unknown): unknown {
          const current: unknown = get.call(this);
          return (isObject(current) && listeners.get(current)) || current;
        },
        set(this: object, listener: unknown): void {
          set.call(this, typeof listener === 'function' && isConcerned(this) ? wrap(listener) : listener);
        },
      };
      return { get: disguise(accessors.get, get), set: disguise(accessors.set, set) };
    });
  }
}

/**
 * Binds the listeners of an event emitter of Node's class, or of a library's class with the same methods. The module
 * does not import Node's class, so a page loads no polyfill of it.
 *
 * What `once()` adds depends on the class, and so does how `off()` finds it:
 *
 *   Node's class, and that of the package `events`
 *     once(f) ──► on(w), where w.listener is f: `on` is overridden, so `once` is not, and the emitter holds a bound w
 *     off(f)  ──► removes what was added last: f itself, or a function whose property `listener` is f
 *   other classes
 *     once(f) ──► adds f itself, with a mark, or a function that calls f: `once` is overridden
 *     off(f)  ──► compares functions, so it gets the function that was added
 */
import { BoundListeners } from './bound-listeners.js';

type Listener = ((...args: never[]) => unknown) & { listener?: unknown };
type Method = (event: unknown, listener: unknown, ...rest: unknown[]) => unknown;

const ADDING = ['on', 'addListener', 'prependListener'] as const;
const ADDING_ONCE = ['once', 'prependOnceListener'] as const;
const REMOVING = ['off', 'removeListener'] as const;

export interface EventEmitter {
  on: Method;
  removeListener: Method;
}

export function isEventEmitter(target: unknown): target is EventEmitter {
  const { on, removeListener } = Object(target) as Partial<EventEmitter>;
  return typeof target === 'object' && typeof on === 'function' && typeof removeListener === 'function';
}

/** Whether a function stands for another one, as those do that Node's `once()` adds. */
function hasOriginal(listener: Listener): boolean {
  return typeof listener.listener === 'function';
}

/**
 * Overrides the methods of one emitter.
 * @param emitter the emitter
 * @param bind binds a listener to the context
 */
export function bindEventEmitter(emitter: EventEmitter, bind: (listener: Listener) => Listener): void {
  const methods = emitter as unknown as Record<string, Method | undefined>;
  const created = new WeakSet<object>();
  const bound = new BoundListeners<Listener>((listener) => {
    // Emitters of other classes look for properties of what their once() adds.
    const result = Object.assign(bind(listener), listener);
    created.add(result);
    // Node's emitters show this function in place of the bound one in listeners() and 'newListener' events.
    result.listener = hasOriginal(listener) ? listener.listener : listener;
    return result;
  });
  const override = (name: string, replace: (listener: Listener) => Listener) => {
    const native = methods[name];
    if (typeof native !== 'function') return;
    Object.defineProperty(emitter, name, {
      value(this: unknown, event: unknown, listener: unknown, ...rest: unknown[]) {
        const isFunction = typeof listener === 'function';
        return Reflect.apply(native, this, [event, isFunction ? replace(listener as Listener) : listener, ...rest]);
      },
      writable: true,
      enumerable: false,
      configurable: true,
    });
  };
  // A method may call another one that is overridden too.
  const add = (listener: Listener) => (created.has(listener) ? listener : bound.of(listener));
  const isOfNode = typeof methods.rawListeners === 'function';
  for (const name of isOfNode ? ADDING : [...ADDING, ...ADDING_ONCE]) override(name, add);
  for (const name of REMOVING) {
    override(name, (listener) => (isOfNode && !hasOriginal(listener) ? listener : bound.find(listener)));
  }
}

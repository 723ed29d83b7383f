/**
 * Binds the listeners of an event emitter: of Node's class, or of a library with the same methods. The class itself is not
 * needed, so that a page loads no polyfill of it.
 */
import { BoundListeners } from './bound-listeners.js';

type Listener = ((...args: never[]) => unknown) & { listener?: unknown };
type Method = (event: unknown, listener: unknown, ...rest: unknown[]) => unknown;

const ADDING = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const;
const REMOVING = ['off', 'removeListener'] as const;

export interface EventEmitter {
  on: Method;
  removeListener: Method;
}

export function isEventEmitter(target: unknown): target is EventEmitter {
  const { on, removeListener } = Object(target) as Partial<EventEmitter>;
  return typeof target === 'object' && typeof on === 'function' && typeof removeListener === 'function';
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
    const result = bind(listener);
    created.add(result);
    // Node's emitters show this function in place of the bound one in listeners() and 'newListener' events.
    result.listener = listener;
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
  // Node's once() calls on() with a function that calls the bound listener.
  const isBound = (listener: Listener) => created.has(listener) || created.has(Object(listener.listener));
  for (const name of ADDING) override(name, (listener) => (isBound(listener) ? listener : bound.of(listener)));
  for (const name of REMOVING) override(name, (listener) => bound.find(listener));
}
